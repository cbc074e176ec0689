/** A board as a service of Debian's systemd, judged by systemd itself and from the other side of its lines. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { equal, is, match, ok } from "uvu/assert";
import type { BootRecord } from "../../deploy/board/boot-history.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { sysfsChip } from "../../firmware/linux/sysfs-chip.ts";
import { type Change, demoWith } from "../deploy/demo-board.ts";
import { cliFile } from "../end-to-end/board.ts";
import { type Folder, writeFiles } from "../firmware/board/fixture-files.ts";
import { bcmTree } from "../firmware/board/pi-trees.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { gpioTrace } from "./fixtures/gpio-trace.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

/** An emulated processor beside other work: what is judged is what happens, not how fast. */
const SEEN_MS = 300_000;
const FOLDER = "/etc/holdfast";
const CONFIG = `${FOLDER}/board.config.json`;
const TREE = `${FOLDER}/device-tree`;
const DROP_IN = "/etc/systemd/system/holdfast.service.d";

/** One relay that goes off when its guardian dies, and one that holds. */
const START: readonly Change[] = [
  ["hardware", "linux"],
  ["watchdog", { owner: "none" }],
  ["controllers", {}],
  ["buses", {}],
  ["devices", {}],
  ["devices.pump", { ...relay("GPIO17"), onCrash: "safe", lease: "30s" }],
  ["devices.fridge", { ...relay("GPIO22"), onCrash: "hold" }],
];
const config = demoWith(...START);

function relay(line: string) {
  return { driver: "relay", line, safe: "off", commandFor: "5m", every: "1s", deadline: "500ms" };
}

function systemctl(...words: string[]): string {
  return execFileSync("systemctl", words, { encoding: "utf8" }).trim();
}

/** Waits for it, and leaves the emulated processor to the board in between: each question starts a program. */
const seen = (what: string, condition: () => boolean) =>
  until(what, async () => condition() || quietFor(500), SEEN_MS);

const property = (name: string, unit = "holdfast") => systemctl("show", "--value", "-p", name, unit);
const journal = (unit = "holdfast") =>
  execFileSync("journalctl", ["-u", unit, "-o", "cat", "--no-pager"], { encoding: "utf8" });
const mainPid = () => Number(property("MainPID"));

/** The process table's word on a process. */
function statusOf(pid: number, field: string): string | undefined {
  if (!existsSync(`/proc/${pid}/status`)) return undefined;
  return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
}

/** Of a guardian that has one; 0 while it has none. */
function runtimeOf(guardian: number): number {
  const children = `/proc/${guardian}/task/${guardian}/children`;
  return Number(readFileSync(children, "utf8").trim().split(" ")[0]);
}

/** Entries of the journal that are JSON with this key. */
function said(key: string, unit?: string): Record<string, unknown>[] {
  return journal(unit)
    .split("\n")
    .filter((line) => line.startsWith(`{"${key}"`))
    .map((line) => (JSON.parse(line) as Record<string, Record<string, unknown>>)[key]!);
}

spec(
  "a board is a service: ready when its lines are adopted, started again whoever ends it, safe when it stops",
  async (t) => {
    const header = new SimHeader();
    t.defer(() => header.close());
    const trace = gpioTrace(t, sysfsChip(localFiles(), "pinctrl-bcm2835")!.base);
    t.defer(() =>
      console.log(`${systemctl("--no-pager", "list-units", "holdfast*")}\n${journal().slice(-6000)}`),
    );
    mkdirSync(TREE, { recursive: true });
    writeFileSync(CONFIG, config);
    const tree = bcmTree("Raspberry Pi 3 Model B Rev 1.2", ["raspberrypi,3-model-b", "brcm,bcm2837"], {
      i2c1: "okay",
    }) as { proc: { "device-tree": Folder } };
    writeFiles(TREE, tree.proc["device-tree"]);

    const env = { ...process.env, HOLDFAST_PET_LIMIT: "60s", HOLDFAST_KERNEL_LIMIT: "60s" };
    const install = [cliFile, "service", CONFIG, "--install", "--user", "root"];
    const { status, stdout, stderr } = spawnSync(process.execPath, install, { encoding: "utf8", env });
    is(status, 0, stderr);
    ok(stdout.includes("wrote /etc/systemd/system/holdfast.service"), stdout);
    is(property("TimeoutStopUSec"), "2s");
    is(property("StartLimitIntervalUSec"), "0", "however often it ends");

    // Times as an emulated processor needs them, and the board that this machine plays.
    const stopStep = /^ExecStopPost=(.*)$/m.exec(
      readFileSync("/etc/systemd/system/holdfast.service", "utf8"),
    )![1];
    mkdirSync(DROP_IN);
    const slow = [
      "[Service]",
      `Environment=HOLDFAST_DEVICE_TREE=${TREE}`,
      ...["WatchdogSec=15s", "TimeoutStartSec=300s", "TimeoutStopSec=120s"],
      ...["ExecStopPost=", `ExecStopPost=${stopStep} 100000`],
    ];
    writeFileSync(`${DROP_IN}/slow.conf`, `${slow.join("\n")}\n`);
    mkdirSync("/etc/systemd/system/holdfast-boot.service.d");
    writeFileSync(
      "/etc/systemd/system/holdfast-boot.service.d/slow.conf",
      "[Service]\nTimeoutStopSec=120s\n",
    );
    systemctl("daemon-reload");

    systemctl("start", "holdfast");
    is(property("ActiveState"), "active");
    is(property("ActiveState", "holdfast-boot"), "active");
    equal(
      said("boot", "holdfast-boot").map(({ cause }) => cause),
      ["first"],
    );
    const first = mainPid();
    is(statusOf(first, "NoNewPrivs"), "1");
    is(readFileSync(`/proc/${first}/oom_score_adj`, "utf8").trim(), "-900");
    await seen("the runtime has its own place when memory runs out", () => oomOf(runtimeOf(first)) === 300);
    ok(/^runtime \d+, incarnation 1$/.test(property("StatusText")), property("StatusText"));
    is(header.level("GPIO17"), 0);
    await reloads(t, first);

    // A load that goes on when its line is let go; the line that holds is nobody's business.
    header.pull("GPIO17", 1);
    for (let kills = 1; kills <= 2; kills++) {
      await seen("it has a runtime", () => runtimeOf(mainPid()) > 0);
      const [guardian, runtime] = [mainPid(), runtimeOf(mainPid())];
      const before = trace().length;
      process.kill(guardian, "SIGKILL");
      await seen("its end is seen", () => property("NRestarts") === `${kills}`);
      is(statusOf(runtime, "State") ?? "gone", "gone", "the runtime ended with it");
      await seen("it is ready again", () => property("ActiveState") === "active");
      is(header.level("GPIO17"), 0);
      const { outcomes } = said("stopStep").at(-1)!;
      equal(outcomes, [
        { line: "GPIO17", did: "safe" },
        { line: "GPIO22", did: "held" },
      ]);
      ok(
        trace()
          .slice(before)
          .filter((record) => record === "17 set 0").length >= 2,
        "stop step and guardian",
      );
    }

    await seen("it has a runtime", () => runtimeOf(mainPid()) > 0);
    const hung = mainPid();
    const hungRuntime = runtimeOf(hung);
    process.kill(hung, "SIGSTOP");
    await seen("systemd ends it", () => property("NRestarts") === "3");
    is(statusOf(hung, "State") ?? "gone", "gone");
    is(statusOf(hungRuntime, "State") ?? "gone", "gone");
    ok(journal().includes("Watchdog timeout (limit 15s)!"), "for the reason that is meant");
    await seen("it is ready again", () => property("ActiveState") === "active");
    is(header.level("GPIO17"), 0);

    systemctl("stop", "holdfast");
    is(property("ActiveState"), "inactive");
    is(property("Result"), "success");
    equal(said("stopped").at(-1)!.unsafe, []);
    equal(said("stopStep").at(-1)!.outcomes, [
      { line: "GPIO17", did: "safe" },
      { line: "GPIO22", did: "safe" },
    ]);
    is(existsSync("/run/holdfast"), false, "nothing of it is left in /run");
    systemctl("stop", "holdfast-boot");
    const boots = JSON.parse(readFileSync("/var/lib/holdfast/greenhouse/boots.json", "utf8")) as BootRecord[];
    equal(
      boots.map(({ cause, ended }) => ({ cause, ended })),
      [{ cause: "first", ended: true }],
    );
  },
  { limitMs: 60_000 },
);

/** `systemctl reload`: the file is taken, or refused by the exit code; whoever holds the lines goes on either way. */
async function reloads(t: SpecContext, guardian: number): Promise<void> {
  const runtime = runtimeOf(guardian);
  t.defer(() => writeFileSync(CONFIG, config));
  const reload = (...changes: readonly Change[]) => {
    writeFileSync(CONFIG, demoWith(...START, ...changes));
    return spawnSync("systemctl", ["reload", "holdfast"]).status;
  };
  // A board that is not up yet is asked in vain.
  await seen("the change is taken", () => reload(["devices.pump.commandFor", "7m"]) === 0);
  // The journal keeps no empty lines.
  match(journal(), /devices\.pump\.commandFor +"5m" +becomes +"7m"\nlive, and no line moved: pump/);
  is(reload(["devices.fridge.line", "GPIO23"]) === 0, false, "a line needs a restart");
  match(journal(), /devices\.fridge\.line +"GPIO22" +becomes +"GPIO23"/);
  is(reload(["devices.pump.onCrash", "sound"]) === 0, false, "a file with a problem");
  ok(journal().includes('"sound"'));
  writeFileSync(CONFIG, config);
  is(property("ActiveState"), "active");
  is(property("NRestarts"), "0");
  is(`${mainPid()} ${runtimeOf(mainPid())}`, `${guardian} ${runtime}`, "nobody was started again");
}

spec(
  "a configuration with problems is said and not tried for ever",
  async () => {
    writeFileSync(CONFIG, config.replace('"linux"', '"linus"'));
    spawnSync("systemctl", ["start", "holdfast"]);
    await seen("it is given up", () => property("ActiveState") === "failed");
    is(property("ExecMainStatus"), "2");
    ok(journal().includes('"linus"'), "with what is wrong");
  },
  { limitMs: 20_000 },
);

function oomOf(pid: number): number | undefined {
  const file = `/proc/${pid}/oom_score_adj`;
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
}
