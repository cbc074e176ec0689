/** The service of Holdfast OS (`slot/board`), run by a shell in a folder that stands for the board: who starts, and who has the watchdog. */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal, is } from "uvu/assert";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

const SCRIPTS = fileURLToPath(new URL("../../../../deploy/image/slot/", import.meta.url));
const WATCHED = '{"board":{"id":"greenhouse"},"hardware":"linux","watchdog":{"owner":"guardian"}}';
const LIMIT = { limitMs: 120_000 };
const LIMIT_MS = 20_000;

interface BoardOptions {
  /** What the guardian does in each of its lives, as a shell says it; in the last one it is stopped. */
  readonly lives: readonly string[];
  /** Exit code of the boot step. */
  readonly begin?: number;
  /** The slot on trial; it is slot a that runs, in a boot that began as a trial. */
  readonly trying?: "a" | "b";
}

/** A folder with the scripts, and programs that say that they were started. */
function aBoard(t: SpecContext, { lives, begin = 0, trying }: BoardOptions) {
  if (process.platform !== "linux") t.skip("the scripts are for busybox on Linux: stat -c");
  const root = mkdtempSync(join(tmpdir(), "holdfast-slot-board-"));
  t.defer(() => rmSync(root, { recursive: true }));
  for (const folder of ["etc/holdfast", "bin", "app/bin", "run", "dev", "data/config"])
    mkdirSync(join(root, folder), { recursive: true });
  const trace = join(root, "trace");
  const config = join(root, "data/config/board.config.json");
  const program = (path: string, text: string) => {
    writeFileSync(join(root, path), `#!/bin/sh\n${text}\n`);
    chmodSync(join(root, path), 0o755);
  };
  for (const name of ["board", "common"]) {
    const text = readFileSync(join(SCRIPTS, name), "utf8")
      .replace("export PATH=/bin:/sbin", `export PATH=${root}/bin:/usr/bin:/bin`)
      .replace(/(?<=^|[\s"'=<>])\/(etc|app|run|dev|data)\//gm, `${root}/$1/`);
    writeFileSync(join(root, "etc/holdfast", name), text);
  }
  program("etc/holdfast/trial", "");
  program("bin/logger", "");
  program("bin/usleep", "");
  const onTrial = trying === undefined ? "" : `"still-on-trial " | "still-on-trial ${trying}") exit 0 ;;`;
  program(
    "bin/boot-disk",
    `case "$1 $3" in
${onTrial}
"up " | watchdog*) echo "$1 $3" >>${trace} ;;
*) exit 1 ;;
esac`,
  );
  program("bin/reboot", `echo reboot >>${trace}; kill -KILL "$PPID"`);
  const cases = lives.map((what, index) => `${index + 1}) ${what} ;;`);
  program(
    "app/bin/node",
    `name=\${1##*/}; shift; echo "$name $*" >>${trace}
case $name in
boot-step.js) [ "$1" = end ] || exit ${begin} ;;
guardian-main.js) case $(grep -c ^guardian ${trace}) in ${cases.join(" ")} *) >${root}/run/stopping ;; esac ;;
esac`,
  );
  writeFileSync(join(root, "run/log"), "");
  writeFileSync(
    join(root, "run/holdfast-slot"),
    `disk=d\nslot=a\nwatchdog=120\ntrial=${trying === undefined ? "" : 1}\n`,
  );
  writeFileSync(config, WATCHED);
  const said = () =>
    readFileSync(trace, "utf8")
      .replace(/\.js/g, "")
      .replace(/ $/gm, "")
      .split("\n")
      .filter((line) => line !== "stop-step" && line !== "");
  /** Until it has gone down. */
  const run = async () => {
    const child = spawn("sh", [join(root, "etc/holdfast/board")], { stdio: "ignore" });
    t.defer(() => child.kill("SIGKILL"));
    const isDown = () => readFileSync(trace, "utf8").includes("boot-step.js end");
    await until("the board goes down", () => readable(trace) && isDown(), LIMIT_MS);
    child.kill("SIGKILL");
  };
  return { root, said, run };
}

function readable(file: string): boolean {
  try {
    return readFileSync(file).length > 0;
  } catch {
    return false; // nobody has said anything yet
  }
}

spec(
  "a guardian that ends, with the watchdog or without, leaves the next one as long as the first; nobody starts it on the way down",
  async (t) => {
    const board = aBoard(t, { lives: ["exit 1", "exit 1"] });
    await board.run();
    equal(board.said(), [
      ...["boot-step begin greenhouse counting", "up"],
      ...["guardian-main", "watchdog 120"],
      ...["guardian-main", "watchdog 120"],
      ...["guardian-main", "boot-step end greenhouse"],
    ]);
  },
  LIMIT,
);

spec(
  "a watchdog that no further reset may come of is stopped, and not started again, by whichever run of the script",
  async (t) => {
    const board = aBoard(t, { lives: ["exit 1", 'kill -KILL "$PPID"'], begin: 3 });
    const first = spawn("sh", [join(board.root, "etc/holdfast/board")], { stdio: "ignore" });
    await new Promise((done) => first.once("close", done));
    is(readFileSync(join(board.root, "dev/watchdog0"), "utf8"), "V");
    rmSync(join(board.root, "run/board.pid")); // its number may be another program's of this machine by now
    await board.run();
    equal(
      board.said().filter((word) => word.startsWith("watchdog")),
      [],
    );
  },
  LIMIT,
);

spec(
  "a configuration that is mended while the guardian still looks at its problems is read again",
  async (t) => {
    const board = aBoard(t, { lives: ['echo >>"$HOLDFAST_CONFIG"; exit 2'] });
    await board.run();
    equal(
      board.said().filter((word) => !word.startsWith("watchdog")),
      [
        ...["boot-step begin greenhouse counting", "up"],
        ...["guardian-main", "guardian-main", "boot-step end greenhouse"],
      ],
    );
  },
  LIMIT,
);

const ENDS = Array.from({ length: 5 }, () => "exit 1");

spec(
  "who ends over and over in the trial of its slot is gone back from",
  async (t) => {
    const board = aBoard(t, { lives: [...ENDS, "exit 1"], trying: "a" });
    const script = spawn("sh", [join(board.root, "etc/holdfast/board")], { stdio: "ignore" });
    t.defer(() => script.kill("SIGKILL"));
    await new Promise((done) => script.once("close", done));
    is(board.said().at(-1), "reboot");
  },
  LIMIT,
);

spec(
  "while a release is on trial live, in the other slot, a guardian that ends over and over starts no machine again",
  async (t) => {
    const board = aBoard(t, { lives: [...ENDS, "exit 1"], trying: "b" });
    await board.run();
    equal(
      board.said().filter((word) => word === "reboot"),
      [],
    );
  },
  LIMIT,
);
