/** Updates of Holdfast OS over ssh that do well, and that are not even begun. */
import { readFileSync, writeFileSync } from "node:fs";
import { equal, is, match } from "uvu/assert";
import type { Manifest } from "../../deploy/release/manifest.ts";
import { spec } from "../harness/spec.ts";
import { push, slotRelease, testKey } from "./push.ts";
import { comes, LIMIT_MS, toldUpdate, type Updatable, updatable } from "./updatable.ts";

const TIMES = ["--trial", "5s", "--settle", "15m"];

/** A push that comes to nothing: that is said on the desk and at the broker, and the record stays. Resolves to its exit code and what the board calls it. */
async function comesToNothing(at: Updatable, bundle: string, why: RegExp) {
  const { board, client, record } = at;
  const before = record();
  const { code, text } = await push(board, bundle, TIMES);
  is(code === 0, false, text);
  match(text, why);
  await comes(board, "the broker is told", () => why.test(toldUpdate(client)?.reason ?? ""));
  equal(record(), before);
  return { code, state: toldUpdate(client)!.state };
}

async function isRefused(at: Updatable, bundle: string, why: RegExp): Promise<void> {
  const { code, state } = await comesToNothing(at, bundle, why);
  is(`${code} ${state}`, "3 refused");
}

async function pushed(at: Updatable, bundle: string): Promise<void> {
  const { board, record } = at;
  const startedS = board.seconds;
  const { text } = await push(board, bundle, TIMES);
  match(text, /0\.1\.0 is in slot b, read back/);
  await comes(board, "the release is confirmed", () => record().outcome !== "none");
  const { active, trying, outcome, reason } = record();
  is(`${active} ${trying} ${outcome} ${reason}`, "b undefined confirmed ");
  process.stdout.write(`figures: update, confirmed after ${(board.seconds - startedS).toFixed(0)} s\n`);
  match(board.console, /holdfast: slot a\r?\n[\s\S]*holdfast: slot b trial\r?\n/);
  match(await board.run("cat /run/holdfast-slot"), /slot=b\n[\s\S]*trial=1\n/);
  await comes(board, "the broker is told", () => toldUpdate(at.client)?.state === "confirmed");
}

spec(
  "what is not for this board is not taken, with the reason; the release it is for is, and is confirmed once all is good again",
  async (t) => {
    const at = await updatable(t);
    const { key, card } = at;
    const release = (about: Partial<Manifest> = {}) => slotRelease(t, key, card, { about });
    await isRefused(at, await slotRelease(t, testKey(t), card), /: signed by/);
    await isRefused(at, await release({ board: "pump-house" }), /is for the board pump-house/);
    const armv7 = await release({ target: "linux-armv7l" });
    await isRefused(at, armv7, /is for linux-armv7l, this machine is linux-arm64/);
    const good = await release();
    const half = `${good}.half`;
    writeFileSync(half, readFileSync(good).subarray(0, 20_000_000));
    const { code, state } = await comesToNothing(at, half, /it was not copied whole/);
    is(`${code} ${state}`, "1 failed");
    is(/holdfast: slot b/.test(at.board.console), false, "it never left its slot");
    await pushed(at, good);
  },
  { limitMs: 4 * LIMIT_MS },
);
