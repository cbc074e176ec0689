/** The service units of a board, as text: pure, so that they can be read before they are installed. */
import { join } from "node:path";
import type { BoardOptions } from "../board/options.ts";
import { optionsEnvironment } from "../board/options.ts";
import { poolThreads } from "../board/pool-threads.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { SLOT_PROGRAM } from "../update/slot-program.ts";
import { levelUnits } from "./level-units.ts";
import { receiveUnits } from "./receive-units.ts";
import { commandWord, type UnitSection, unitText, unitWord } from "./unit-text.ts";

export interface UnitFile {
  /** Where it belongs. */
  readonly path: string;
  readonly text: string;
}

export interface ServiceOptions extends Omit<BoardOptions, "worldSocket" | "emulated" | "stateFolder"> {
  /** Who runs it. */
  readonly user: string;
  /** Those of the hardware groups that this machine has. */
  readonly groups: readonly string[];
  /** The program that runs all others. */
  readonly node: string;
  /** Folder with guardian-main.js, boot-step.js and stop-step.js. */
  readonly programs: string;
  /** Folder of slots whose `current` leads to `node` and `programs`: releases are chosen, tried and gone back from. */
  readonly slots?: string;
}

/** Groups that Raspberry Pi OS gives its devices to. */
export const HARDWARE_GROUPS = ["gpio", "i2c", "spi"];
const UNITS = "/etc/systemd/system";
/** Silence of the guardian that counts as death: four times its pace. */
const GUARDIAN_LIMIT = "2s";
const STATE = "/var/lib/holdfast";

export function boardUnits(config: BoardConfig, options: ServiceOptions): readonly UnitFile[] {
  const { owner = "none" } = config.watchdog ?? {};
  return [
    { path: `${UNITS}/holdfast.service`, text: unitText(guardianUnit(config, options)) },
    { path: `${UNITS}/holdfast-boot.service`, text: unitText(bootUnit(config, options)) },
    ...(options.slots === undefined
      ? []
      : [
          {
            path: `${UNITS}/holdfast-trial.service`,
            text: unitText(trialUnit(config, options, options.slots)),
          },
          ...Object.entries({
            ...receiveUnits(options.slots, STATE, environment(config, options)),
            ...levelUnits(options.slots, options.config, environment(config, options)),
          }).map(([name, sections]) => ({ path: `${UNITS}/${name}`, text: unitText(sections) })),
        ]),
    ...(owner === "systemd" ? [{ path: "/etc/systemd/system.conf.d/holdfast.conf", text: MANAGER }] : []),
  ];
}

/** A folder in memory that outlives restarts of the guardian's service. */
const KEPT = "/run/holdfast-kept";

/** A Pi's watchdog counts to 15.99 s; a longer time silently means none (bcm2835_wdt). */
const MANAGER = unitText([
  {
    name: "Manager",
    lines: [{ note: "A Raspberry Pi's watchdog counts to 15 s, no further." }, ["RuntimeWatchdogSec", "15s"]],
  },
]);

function guardianUnit(config: BoardConfig, options: ServiceOptions): UnitSection[] {
  const { owner = "none", device = "/dev/watchdog0" } = config.watchdog ?? {};
  const { slots } = options;
  const program = (name: string) => [options.node, `${options.programs}/${name}`].map(commandWord).join(" ");
  return [
    {
      name: "Unit",
      lines: [
        ["Description", `Holdfast board ${config.board.id} (hardware watchdog: ${owner})`],
        ["Wants", "holdfast-boot.service"],
        ["After", "holdfast-boot.service network.target"],
        { note: "However often it ends, it is started again: outputs need somebody who holds them." },
        ["StartLimitIntervalSec", "0"],
      ],
    },
    {
      name: "Service",
      lines: [
        ["Type", "notify"],
        ["NotifyAccess", "main"],
        ["ExecStart", program("guardian-main.js")],
        {
          note: "The configuration again, live or not at all: systemctl reload says by its exit code which.",
        },
        [
          "ExecReload",
          `${[options.node, join(options.programs, "../cli/main.js")].map(commandWord).join(" ")} reload`,
        ],
        ...(slots === undefined
          ? []
          : [
              {
                note: "Which release: one on trial loses a try with each start, and the one before comes back.",
              },
              ["ExecStartPre", `+${commandWord(`${slots}/${SLOT_PROGRAM}`)} step`] as const,
            ]),
        ...(owner === "guardian" && options.user !== "root"
          ? [["ExecStartPre", `+-/bin/chown ${unitWord(options.user)} ${unitWord(device)}`] as const]
          : []),
        { note: "The second net: outputs to their policy, whoever killed the guardian." },
        ["ExecStopPost", program("stop-step.js")],
        ["Restart", "always"],
        ["RestartSec", "250ms"],
        ...(slots === undefined
          ? [
              { note: "A configuration with problems: only a person can mend it." },
              ["RestartPreventExitStatus", "2"] as const,
            ]
          : [{ note: "A release on trial that finds problems in the configuration is gone back from." }]),
        ["TimeoutStartSec", "30s"],
        ["TimeoutStopSec", "2s"],
        { note: "A guardian that hangs is ended. Its beats come from its own loop." },
        ["WatchdogSec", GUARDIAN_LIMIT],
        ["WatchdogSignal", "SIGKILL"],
        { note: "It ends its runtime by itself; whatever is left is killed at once." },
        ["KillMode", "mixed"],
        ["OOMScoreAdjust", "-900"],
        ...surroundings(config, options),
        ["RuntimeDirectory", "holdfast"],
        { note: "Times on, kept over its own death; the folder is the boot service's." },
        ["Environment", `HOLDFAST_KEPT=${KEPT}`],
        ["ReadWritePaths", `-${KEPT}`],
        { note: "Real-time priorities, where the configuration asks for them." },
        ["AmbientCapabilities", "CAP_SYS_NICE"],
        ["CapabilityBoundingSet", "CAP_SYS_NICE"],
        ["LimitRTPRIO", "60"],
        ...hardening(owner === "guardian"),
      ],
    },
    { name: "Install", lines: [["WantedBy", "multi-user.target"]] },
  ];
}

/** Judges a release beside the board that it runs, as root: the record is not the board's to write. */
function trialUnit(config: BoardConfig, options: ServiceOptions, slots: string): UnitSection[] {
  return [
    {
      name: "Unit",
      lines: [
        ["Description", "Holdfast: judges a release that is on trial"],
        ["After", "holdfast.service"],
        { note: "Each start of the board is another try." },
        ["PartOf", "holdfast.service"],
        ["StartLimitIntervalSec", "0"],
      ],
    },
    {
      name: "Service",
      lines: [
        ["Type", "exec"],
        ["ExecStart", `${commandWord(`${slots}/${SLOT_PROGRAM}`)} trial`],
        { note: "Killed, say for its memory: without a verdict the release would stay on trial." },
        ["Restart", "on-abnormal"],
        ["RestartSec", "5s"],
        ...environment(config, options),
        ["TimeoutStopSec", "5s"],
      ],
    },
    { name: "Install", lines: [["WantedBy", "holdfast.service"]] },
  ];
}

function bootUnit(config: BoardConfig, options: ServiceOptions): UnitSection[] {
  const program = (word: string) =>
    [options.node, `${options.programs}/boot-step.js`, word, config.board.id].map(commandWord).join(" ");
  return [
    {
      name: "Unit",
      lines: [
        ["Description", "Holdfast: why this board came up, and whether it went down in order"],
        ["Before", "holdfast.service"],
      ],
    },
    {
      name: "Service",
      lines: [
        ["Type", "oneshot"],
        ["RemainAfterExit", "yes"],
        ["ExecStart", program("begin")],
        ["ExecStop", program("end")],
        ["TimeoutStartSec", "20s"],
        ["TimeoutStopSec", "10s"],
        ...surroundings(config, options),
        { note: "For the guardian's times on: there for as long as the board is up." },
        ["RuntimeDirectory", "holdfast-kept"],
        ["CapabilityBoundingSet", ""],
        ...hardening(false),
      ],
    },
  ];
}

function surroundings(config: BoardConfig, options: ServiceOptions): [string, string][] {
  const { user, groups } = options;
  return [
    ["User", user],
    ...(groups.length === 0 ? [] : [["SupplementaryGroups", groups.join(" ")] satisfies [string, string]]),
    ["StateDirectory", "holdfast"],
    ...environment(config, options),
  ];
}

function environment(config: BoardConfig, options: ServiceOptions): [string, string][] {
  const { slots = "" } = options;
  const all = {
    ...optionsEnvironment({ ...options, emulated: false, worldSocket: "", stateFolder: STATE }),
    HOLDFAST_SLOTS: slots,
    UV_THREADPOOL_SIZE: poolThreads(Object.keys(config.buses ?? {}).length),
  };
  const set = Object.entries(all).filter(([, value]) => value !== "");
  return set.map(([name, value]) => ["Environment", unitWord(`${name}=${value}`)]);
}

/**
 * What neither guardian nor runtime needs is taken away. /sys stays writable (PWM, sysfs lines), memory may be made
 * executable (V8 compiles), and of all devices only lines, buses and the watchdog are there.
 */
function hardening(watchdog: boolean): [string, string][] {
  const devices = ["gpiochip", "i2c", "spi", ...(watchdog ? ["watchdog"] : [])];
  return [
    ["NoNewPrivileges", "yes"],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "read-only"],
    ["PrivateTmp", "yes"],
    ["ProtectKernelModules", "yes"],
    ["ProtectKernelLogs", "yes"],
    ["ProtectControlGroups", "yes"],
    ["RestrictSUIDSGID", "yes"],
    ["RestrictNamespaces", "yes"],
    ["LockPersonality", "yes"],
    ["RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
    ["SystemCallArchitectures", "native"],
    ["DevicePolicy", "closed"],
    ...devices.map((name): [string, string] => ["DeviceAllow", `char-${name} rw`]),
  ];
}
