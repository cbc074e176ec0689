/** Releases of which only drivers differ, on Holdfast OS: they go live beside the slot that runs, while a light is on. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { type SpecContext, spec } from "../harness/spec.ts";
import type { Machine } from "./machine.ts";
import { push, slotRelease } from "./push.ts";
import { comes, LIMIT_MS, toldUpdate, type Updatable, updatable } from "./updatable.ts";

/** Times of the emulated board, which no other work makes longer. */
const TIMES = ["--trial", "5s", "--settle", "90s", "--link", "90s"];
const MARK = "drivers of the next release";
const LIGHT = 24;

interface LiveBoard extends Updatable {
  /** A release that may go live from the active one, with the drivers' program changed so. */
  release(number: number, change: (program: string) => string): Promise<string>;
  /** Process id of the runtime. */
  runtime(): Promise<string>;
  /** How often drivers of the next release were loaded. */
  marks(): Promise<number>;
}

/** Its light is on; whoever watches it writes down each level that is not the one before. */
async function liveBoard(t: SpecContext): Promise<LiveBoard> {
  const at = await updatable(t, "own");
  const { board, client, card, key, record } = at;
  await client.send("holdfast/greenhouse/led/set", { on: true, for: "10m" });
  await comes(board, "the light is on", () => client.last("holdfast/greenhouse/led/on")?.value === true);
  await board.run(
    `(for line in /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio${LIGHT}/value; do
        while read -r level <$line; do
          [ "$level" = "$last" ] || echo $level >>/run/levels
          last=$level
          usleep 100000
        done
      done) >/dev/null 2>&1 </dev/null &`,
  );
  return {
    ...at,
    release: (number, change) =>
      slotRelease(t, key, card, {
        number,
        about: { liveFrom: record().releases[record().active]! },
        spoil: (application) => {
          const file = join(application, "program/cells/device-thread.cjs");
          const text = readFileSync(file, "utf8");
          const changed = change(text);
          ok(changed !== text, `${file} has a task of lights`);
          writeFileSync(file, changed);
        },
      }),
    runtime: async () => {
      // grep says 2 when any other process has ended since the names were listed.
      const found = await board.run("grep -ls '[r]untime-main' /proc/[0-9]*/cmdline; true");
      match(found, /^\/proc\/\d+\/cmdline\s*$/);
      return found;
    },
    marks: async () =>
      Number(await board.run(`cat /data/log/messages /run/messages* | grep -c '${MARK}' || :`)),
  };
}

/** Says that it was loaded. */
const good = (program: string) => program.replace("function ledTask(", `console.log("${MARK}");\n$&`);
/** Its light is worn out. */
const bad = (program: string) =>
  program.replace(
    "function ledTask(",
    `function ledTask(...given) {
  return { ...soundLed(...given), *sample() { throw new Error("worn out"); } };
}
function soundLed(`,
  );

const levels = (board: Machine) => board.run("cat /run/levels");
const mounts = (board: Machine) => board.run("grep holdfast-live /proc/mounts || :");

/** Slot b runs; a power cut while the next release is on trial live ends in the trial of its slot. */
async function trialThatIsCut({ board, record, switchOn }: LiveBoard, next: string): Promise<void> {
  const sent = push(board, next, ["--trial", "10m", "--settle", "30m", "--link", "1m"]);
  await comes(board, "it is on trial live", () => record().trying === "a");
  match(await mounts(board), /holdfast-live\/a squashfs/);
  is(await board.run("/etc/holdfast/trial && cat /run/holdfast-slot | grep slot="), "slot=b\n");
  is(
    `${record().active} ${record().trying} ${record().outcome}`,
    "b a confirmed",
    "this boot does not judge it",
  );
  await board.cut();
  await sent;
  const after = await switchOn();
  await after.says(/holdfast: slot a trial\r?\n/, 200);
  is(`${record().active} ${record().trying} ${record().triesLeft}`, "b a 2");
}

spec(
  "bad drivers are taken back live, good ones stay, a light stays on and nothing restarts; the next boot runs all of the release, and a power cut costs the next one a boot",
  async (t) => {
    const at = await liveBoard(t);
    const { board, client, record, release, runtime, marks } = at;
    const pid = await runtime();

    const worn = await push(board, await release(1, bad), TIMES);
    is(worn.code, 1, worn.text);
    match(worn.text, /taken back live: the old code goes on, no restart/);
    match(worn.text, /worn out/);
    is(`${record().active} ${record().trying} ${record().outcome}`, "a undefined reverted");
    equal([await mounts(board), await runtime(), await levels(board)], ["", pid, "1\n"]);

    const startedS = board.seconds;
    const stays = await push(board, await release(2, good), TIMES);
    is(stays.code, 0, stays.text);
    match(stays.text, /live and without a restart: what was good before is good after/);
    process.stdout.write(`figures: live, push to confirmed ${(board.seconds - startedS).toFixed(0)} s\n`);
    is(`${record().active} ${record().trying} ${record().outcome}`, "b undefined confirmed");
    await comes(board, "the broker is told", () => toldUpdate(client)?.state === "confirmed");
    equal([await runtime(), await levels(board)], [pid, "1\n"]);
    match(await mounts(board), /\/run\/holdfast-live\/b squashfs ro,nosuid,nodev/);
    const before = await marks();
    ok(before >= 3, "each cell has loaded it");

    const next = await release(3, (program) => `${good(program)}\n`);
    const refused = await push(board, next, TIMES);
    is(refused.code, 3, refused.text);
    match(refused.text, /start the board again first/);
    // Without the note the kernel knows: slot a is its root.
    await board.run("mv /run/holdfast-live/live.json /run/live.json");
    const mounted = await push(board, next, TIMES);
    is(mounted.code, 3, mounted.text);
    match(mounted.text, /slot a, is mounted/);
    await board.run("mv /run/live.json /run/holdfast-live/live.json");

    await board.run(`kill -KILL ${/\d+/.exec(pid)![0]}`);
    const again = async () => (await marks()) > before;
    await comes(board, "the next runtime of this boot has the new drivers, too", again);

    board.listen();
    const seen = client.seen.length;
    await board.run("reboot");
    await board.says(/holdfast: slot b\r?\n/, 200);
    const isBack = () => client.seen.slice(seen).some(({ text }) => text.includes('"state":"online"'));
    await comes(board, "slot b is online", isBack);
    match(await board.run("cat /run/holdfast-slot"), /slot=b\n[\s\S]*trial=\n/);
    is(await board.run("ls /run/holdfast-live || :"), "");
    await trialThatIsCut(at, next);
  },
  { limitMs: 6 * LIMIT_MS },
);
