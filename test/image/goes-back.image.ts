/** Releases of Holdfast OS that start and are not good: what their trial makes of them, with real boots. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { is, match, ok } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { push, slotRelease } from "./push.ts";
import { comes, LIMIT_MS, toldUpdate, type Updatable, updatable } from "./updatable.ts";

/** A trial that is shorter than the usual one: these are times of the emulated board, which no other work makes longer. */
const TIMES = ["--trial", "5s", "--settle", "90s", "--link", "90s"];

/** Pushes it, and waits until the board has gone back and tells of it. */
async function wentBack(at: Updatable, bundle: string, outcome: string): Promise<string> {
  const { board, client, record } = at;
  const { text } = await push(board, bundle, TIMES);
  match(text, /is in slot b, read back/);
  await comes(board, "the board is back in slot a", () =>
    /slot a\r?\n[\s\S]*slot b trial\r?\n[\s\S]*slot a\r?\n/.test(board.console),
  );
  is(`${record().active} ${record().trying} ${record().outcome}`, `a undefined ${outcome}`);
  await comes(board, "the broker is told", () => toldUpdate(client)?.state === outcome);
  is(toldUpdate(client)!.reason, record().reason);
  return record().reason;
}

/** The task of a light finds that its line does not answer. */
function withoutLight(application: string): void {
  const file = join(application, "program/cells/device-thread.cjs");
  const head = /function ledTask\(hardware,\s*line\)\s*\{/;
  const text = readFileSync(file, "utf8");
  ok(head.test(text), `${file} has a task of lights`);
  const dead = 'read() { throw new LineError("read_back", line, "nothing answers"); }';
  const lamp = `const lamp = hardware.output(line);
    hardware = { output: () => ({ line, write: (level) => lamp.write(level), renew: () => lamp.renew(), ${dead} }) };`;
  writeFileSync(
    file,
    text.replace(head, (found) => `${found}${lamp}`),
  );
}

/** Its guardian takes the cable out, again and again. */
function withoutNetwork(application: string): void {
  const file = join(application, "program/deploy/board/guardian-main.js");
  const pull = 'pulled("ip", ["link", "set", "eth0", "down"], () => {})';
  const head = 'import { execFile as pulled } from "node:child_process";';
  writeFileSync(file, `${head}\nsetInterval(() => ${pull}, 500).unref();\n${readFileSync(file, "utf8")}`);
}

async function pushedAgain(at: Updatable, bundle: string) {
  await at.board.run("true");
  return push(at.board, bundle, [...TIMES, "--stay"]);
}

spec(
  "a release that runs without one of its devices is gone back from, and not taken again",
  async (t) => {
    const at = await updatable(t);
    const release = await slotRelease(t, at.key, at.card, { spoil: withoutLight });
    match(await wentBack(at, release, "reverted"), /^led: /);
    const { code, text } = await pushedAgain(at, release);
    is(code, 3, text);
    match(text, /went back: led: .*--retry tries it again/);
  },
  { limitMs: 4 * LIMIT_MS },
);

spec(
  "a release that loses the network is gone back from, and may be tried again",
  async (t) => {
    const at = await updatable(t);
    const release = await slotRelease(t, at.key, at.card, { spoil: withoutNetwork });
    match(await wentBack(at, release, "unreachable"), /^the broker does not have it/);
    is(at.record().refused.length, 0);
    const { code, text } = await pushedAgain(at, release);
    is(code, 0, text);
    match(text, /is in slot b already/);
  },
  { limitMs: 4 * LIMIT_MS },
);
