/** Machines written by hand: a Raspberry Pi 4 that lacks nothing, changed a little by each test. */
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { type Check, examine } from "../../../deploy/doctor/examination.ts";
import type { Finding } from "../../../deploy/doctor/finding.ts";
import type { Machine } from "../../../deploy/doctor/machine.ts";
import { type Folder, fixtureFiles } from "../../firmware/board/fixture-files.ts";
import { bcmTree, PI_4, type TreeOptions } from "../../firmware/board/pi-trees.ts";
import { type Change, demoWith } from "../demo-board.ts";

export const MODEL = "Raspberry Pi 4 Model B Rev 1.4";
const BUILT_AT_MS = Date.UTC(2026, 10, 20);

/** Everything that a test may change; files are put into the tree that is there, `undefined` takes one away. */
export interface MachineOptions extends Partial<Omit<Machine, "files" | "access" | "holders">> {
  readonly tree?: TreeOptions;
  readonly files?: ReplacedFolder;
  /** No Raspberry Pi: only the files given. */
  readonly bare?: boolean;
  readonly denied?: readonly string[];
  readonly opened?: Readonly<Record<string, readonly { readonly pid: number; readonly name: string }[]>>;
}

interface ReplacedFolder {
  readonly [name: string]: ReplacedFolder | string | readonly number[] | readonly string[] | undefined;
}

export function aMachine(options: MachineOptions = {}): Machine {
  const { tree, files = {}, bare = false, denied = [], opened = {}, ...more } = options;
  const pi = bcmTree(MODEL, PI_4, { i2c1: "okay", devices: ["i2c-1"], ...tree });
  return {
    files: fixtureFiles(merged(bare ? {} : merged(pi, PI_FILES), files)),
    user: { name: "pi", uid: 1000, groups: ["gpio", "i2c", "spi"] },
    software: {
      node: "20.20.2",
      builtAtMs: BUILT_AT_MS,
      natives: { koffi: undefined, "i2c-bus": undefined, onoff: undefined },
      stateFolder: "/var/lib/holdfast",
    },
    clock: { nowMs: BUILT_AT_MS + 86_400_000, synchronised: true },
    chips: [{ path: "/dev/gpiochip0", label: "pinctrl-bcm2711", lines: 58, used: [] }],
    scans: new Map(),
    ports: [
      { port: 1883, what: "the MQTT broker", option: "--mqtt-port", free: true },
      { port: 8080, what: "the page", option: "--http-port", free: true },
    ],
    access: (path) => (denied.includes(path) ? "denied" : "ok"),
    space: () => ({ freeBytes: 8e9, totalBytes: 32e9, freeFiles: 900, totalFiles: 1000 }),
    holders: (path) => opened[path] ?? [],
    ...more,
  };
}

/** The demo on real pins, without what they do not have; its climate sensor is at 0x76 of i2c-1. */
export const linuxDemo = (...changes: readonly Change[]) =>
  parseConfig(
    demoWith(
      ["hardware", "linux"],
      ["devices.fan", undefined],
      ["devices.light", undefined],
      ["buses.i2c-0", undefined],
      ...changes,
    ),
  );

/** What a check says, a line each: `problem lines.chip: what → remedy`. */
export function said(
  check: Check,
  machine: Machine,
  loaded?: ReturnType<typeof linuxDemo>,
): readonly string[] {
  return check(examine(machine, loaded)).map(words);
}

export function words(finding: Finding): string {
  const { verdict, id, what } = finding;
  return `${verdict} ${id}: ${what}${finding.verdict === "ok" ? "" : ` → ${finding.remedy}`}`;
}

const PI_FILES: Folder = {
  proc: {
    sys: { kernel: { osrelease: "6.12.25+rpt-rpi-v8\n", sched_rt_runtime_us: "950000\n" } },
    "1": { comm: "systemd\n" },
    self: {
      limits:
        "Limit                     Soft Limit           Hard Limit           Units\nMax realtime priority     60                   60\n",
      status: "Name:\tnode\nCapEff:\t0000000000000000\n",
      timerslack_ns: "50000\n",
    },
    mounts: "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n/dev/mmcblk0p1 /boot/firmware vfat rw,relatime 0 0\n",
    swaps: "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
    meminfo: "MemTotal:        3884032 kB\nMemFree:         3000000 kB\nMemAvailable:    3500000 kB\n",
  },
  sys: {
    class: {
      watchdog: {
        watchdog0: {
          identity: "Broadcom BCM2835 Watchdog timer\n",
          timeout: "15\n",
          state: "active\n",
          nowayout: "0\n",
          bootstatus: "0\n",
        },
      },
      rtc: { rtc0: { name: "rtc-ds1307 1-0068\n" } },
      thermal: { thermal_zone0: { temp: "48316\n" } },
    },
    module: { pinctrl_bcm2835: { parameters: { persist_gpio_outputs: "Y\n" } } },
    block: { mmcblk0: { device: { type: "SD\n", name: "SC32G\n", date: "05/2024\n" } } },
    fs: { ext4: { features: {}, mmcblk0p2: { errors_count: "0\n" } } },
    devices: {
      platform: { soc: { "soc:firmware": { get_throttled: "0\n" } } },
      system: { cpu: { cpu0: { cpufreq: { scaling_governor: "performance\n" } } } },
    },
  },
  etc: { systemd: { "system.conf": "[Manager]\n#RuntimeWatchdogSec=off\nRuntimeWatchdogSec=15\n" } },
  boot: {
    firmware: {
      "config.txt":
        "# a comment\ndtparam=i2c_arm=on\n[pi4]\ndtoverlay=vc4-kms-v3d\n[all]\n#dtparam=spi=on\ninclude holdfast-gpio.txt\n",
      "holdfast-gpio.txt": "gpio=6=op,dh\ngpio=17,24=op,dl\n",
    },
  },
};

/** Folders are merged, anything else is replaced. */
function merged(a: Folder, b: ReplacedFolder): Folder {
  const all: Record<string, Folder[string]> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const old = all[name];
    if (value === undefined) delete all[name];
    else if (typeof value === "string" || Array.isArray(value)) all[name] = value;
    else all[name] = merged(isFolder(old) ? old : {}, value as ReplacedFolder);
  }
  return all;
}

function isFolder(value: Folder[string] | undefined): value is Folder {
  return typeof value === "object" && !Array.isArray(value);
}
