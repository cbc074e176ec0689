/** What a board keeps over a reset beside its slots: levels from power-up on, its watchdog, a kernel's last words, whole lines of log. */
import { readFileSync } from "node:fs";
import { is, match, ok } from "uvu/assert";
import { projectFolder } from "../harness/source-files.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { bootCommands } from "./boot-table.ts";
import { testCard } from "./card.ts";
import { LOGS } from "./card-logs.ts";
import { gpioSim } from "./gpio-sim.ts";
import { lineBoard } from "./line-board.ts";
import type { Machine } from "./machine.ts";
import { bootVirt } from "./virt.ts";

const LIMIT_MS = 400_000;
const CONFIG = "/data/config/board.config.json";
const WATCHDOG = ["-device", "i6300esb", "-action", "watchdog=reset"];

/** Waits until a command of the board's shell succeeds, in the board itself: a login of SSH takes it seconds. */
async function eventually(board: Machine, command: string): Promise<void> {
  const often = `for n in $(seq 20); do ${command} && exit 0; sleep 2; done; exit 1`;
  const once = () =>
    board.run(often).then(
      () => true,
      () => false,
    );
  await until(command, once, LIMIT_MS);
}

spec(
  "levels from power-up on follow the configuration; a panic is kept, and told as why the board came up",
  async (t) => {
    const card = await testCard(t, lineBoard(undefined, { owner: "guardian" }));
    match(readFileSync(card.boot("cmdline.txt"), "utf8"), /holdfast\.watchdog=120/);
    const board = await bootVirt(t, card, {
      gpioSim: await gpioSim(projectFolder, (what) => process.stderr.write(`holdfast: ${what} ...\n`)),
      resets: true,
      qemu: WATCHDOG,
      words: ["holdfast.watchdog=600"],
    });
    const watchdog = "/sys/class/watchdog/watchdog0";
    // The guardian has it, with its own limit.
    await eventually(board, `grep -q active ${watchdog}/state && grep -qx 15 ${watchdog}/timeout`);

    // Lines of any length, whole.
    const line = JSON.stringify({ long: "x".repeat(3000), end: true });
    await board.run(`echo '${line}' >/run/log`);
    await eventually(board, `grep -q end.:true ${LOGS}`);
    ok((await board.run(`cat ${LOGS}`)).includes(line));

    // The guardian finds nothing to say of the levels that the card was made with.
    match(await board.run("cat /boot/firmware/config.txt"), /include holdfast-gpio\.txt/);
    ok(!(await board.run(`cat ${LOGS}`)).includes('"bootLevels":{'));
    const before = bootCommands(card);
    match(before, /gpio=6=op,dh .*gpio=24=op,dl/);
    const flipped = lineBoard(undefined, { owner: "guardian" }).replace(
      /("line":"GPIO24")/,
      '$1,"activeLow":true',
    );
    await board.run(`cat >${CONFIG}.new <<'END'\n${flipped}\nEND\nmv ${CONFIG}.new ${CONFIG}`);
    const after = before.replace("gpio=24=op,dl", "gpio=24=op,dh");
    await until("levels of the new configuration", () => bootCommands(card) === after, LIMIT_MS);
    await eventually(board, "grep -q gpio=24=op,dh /boot/firmware/holdfast-gpio.txt");

    await board.run("sync");
    board.listen();
    await board.run("(sleep 1; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &");
    await board.says(/Kernel panic/, LIMIT_MS / 1000);
    await board.says(/holdfast: slot a/, LIMIT_MS / 1000);
    await eventually(board, "grep -q panic /data/state/*/crashes.jsonl");
    const crashes = await board.run("/etc/holdfast/holdfast logs --crashes");
    ok(/panic: sysrq triggered crash\n(.*\n)* {4}\[.*\] {2}panic\+0x/.test(crashes), crashes);
    match(await board.run("cat /data/state/*/boots.json"), /"cause":"panic"/);
    is(await board.run("ls /sys/fs/pstore"), "", "there is room for the next one");
    await eventually(board, `grep -q active ${watchdog}/state`);
    ok(!/"bootLevels":\{/.test(await board.run(`cat ${LOGS}`)), "the next boot finds its levels right");
  },
  { limitMs: 4 * LIMIT_MS },
);
