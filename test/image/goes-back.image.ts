/** Releases of Holdfast OS that start and are not good: what their trial makes of them, with real boots. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { is, match } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { push, slotRelease } from "./push.ts";
import { withoutLight } from "./spoilt.ts";
import { LIMIT_MS, type Updatable, updatable } from "./updatable.ts";
import { TIMES, wentBack } from "./went-back.ts";

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
