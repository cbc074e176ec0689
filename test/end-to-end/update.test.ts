import { existsSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { mosquitto } from "../harness/mosquitto.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { bareMachine, slotBoard } from "./slots.ts";

const LIMIT = { limitMs: 240_000 };
/** Long enough for a board to start on a machine that is shared. */
const SHORT = ["--trial", "3s", "--settle", "45s", "--link", "50s"];

function work(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-update-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

spec(
  "a good release is brought, tried and confirmed; the same again changes nothing",
  async (t) => {
    const { board, record, notice, bundle, push } = await slotBoard(t, work(t));
    await board.inService();
    const release = await bundle("good");
    const { code, text } = await push(release, ...SHORT);
    is(code, 0, text);
    match(text, "0.1.0 is in slot b, read back");
    match(text, "restarts into slot b");
    match(text, "pi@here runs 0.1.0: what was good before is good after");
    equal([record().active, record().confirmed, record().outcome], ["b", true, "confirmed"]);
    is(notice()?.state, "confirmed");
    const again = await push(release, ...SHORT);
    is(again.code, 0, again.text);
    match(again.text, "0.1.0 runs there already");
    await board.stop();
  },
  LIMIT,
);

spec(
  "one that crashes at its start uses up its boots; the board falls back, says so, and refuses it",
  async (t) => {
    const { board, record, notice, bundle, push } = await slotBoard(t, work(t));
    await board.inService();
    const release = await bundle("crashes");
    const { code, text } = await push(release, ...SHORT);
    is(code, 1, text);
    match(text, "pi@here went back from 0.1.0: slot b did not hold in any of its boots");
    equal([record().active, record().refused.length], ["a", 1]);
    await board.inService();
    await until("the fall-back is told", () => notice()?.state === "fellBack", 20_000);
    const again = await push(release, ...SHORT);
    is(again.code, 3, again.text);
    match(again.text, "did not hold in any of its boots; --retry tries it again");
    await board.stop();
  },
  LIMIT,
);

spec(
  "one whose program never answers is reverted by its own trial",
  async (t) => {
    const { board, record, bundle, push } = await slotBoard(t, work(t));
    await board.inService();
    const { code, text } = await push(await bundle("hangs"), "--trial", "3s", "--settle", "8s");
    is(code, 1, text);
    match(text, /went back from 0.1.0: the board's program has not answered for \d+ s/);
    is(record().outcome, "reverted");
    await board.inService();
    await board.stop();
  },
  LIMIT,
);

spec(
  "one under which a device does not come up is reverted, and the reason names it",
  async (t) => {
    const { board, record, bundle, push } = await slotBoard(t, work(t));
    await board.inService();
    const pushing = push(await bundle("good"), "--trial", "40s", "--settle", "45s");
    await until("it is on trial", () => record().trying === "b", 60_000);
    await until("the old one is gone", async () => !(await board.health()).ok, 30_000);
    await board.inService();
    await board.joinMqtt();
    // The chip of the new release's board: to the old one it was good.
    await board.world("climate", { fault: "unplugged" });
    const { code, text } = await pushing;
    is(code, 1, text);
    match(text, /went back from 0.1.0: .*climate/);
    equal([record().active, record().refused.length], ["a", 1]);
    await board.inService();
    await board.stop();
  },
  LIMIT,
);

spec(
  "one that loses the broker is reverted without being refused",
  async (t) => {
    const broker = await mosquitto(t);
    const { board, record, bundle, push } = await slotBoard(t, work(t), broker.url);
    await until("the broker has it", async () => (await board.health()).broker === "live", 60_000);
    const { code, text } = await push(await bundle("alone"), ...SHORT);
    is(code, 1, text);
    match(text, "for its link alone: the broker does not have it (offline)");
    equal([record().active, record().refused], ["a", []]);
    await board.inService();
    await board.stop();
  },
  LIMIT,
);

spec(
  "a release that does not take the board's configuration changes nothing",
  async (t) => {
    const { board, record, bundle, push } = await slotBoard(t, work(t));
    await board.inService();
    const { code, text } = await push(await bundle("picky"));
    is(code, 1, text);
    match(text, "the release does not take");
    match(text, "climate: no such driver");
    equal([record().active, record().trying], ["a", undefined]);
    is((await board.health()).ok, true);
    await board.stop();
  },
  LIMIT,
);

spec(
  "one that is offered over the broker is fetched, tried and confirmed, and the broker is told",
  async (t) => {
    const { board, record, bundle, offer } = await slotBoard(t, work(t));
    await board.inService();
    await board.joinMqtt();
    const release = await bundle("good");
    const { code, text } = await offer(release, board.mqttUrl, "--trial", "3s");
    is(code, 0, text);
    match(text, "greenhouse: trial");
    match(text, "greenhouse: confirmed");
    is(record().active, "b");
    const states = board.events("update").map(({ state }) => state);
    equal([states[0], states.at(-1)], ["offered", "confirmed"]);
    is((board.last("status")!.update as { state: string }).state, "confirmed");
    await board.mqtt.send(board.topic("update/set"), { url: "ftp://x", release: "latest" });
    match((await board.waitForError("update", 0)).reason, "url: found");
    await board.stop();
  },
  LIMIT,
);

spec(
  "a machine without Holdfast gets it by the first push, and its next release by the second",
  async (t) => {
    const { root, bundle, push, pushFleet } = await bareMachine(t, work(t));
    const first = await push(await bundle(), "--no-start");
    is(first.code, 0, first.text);
    match(first.text, "there is no Holdfast on pi@here: installs it in");
    match(first.text, "pi@here has 0.1.0 and starts it with");
    is(readlinkSync(join(root, "current")), "a");
    is(existsSync(`${root}.new`), false);
    const second = await push(await bundle(), "--stay");
    is(second.code, 0, second.text);
    match(second.text, "0.1.0 is in slot b, read back");
    const fleet = await pushFleet(
      { boards: { greenhouse: "pi@here", nobody: "pi@nowhere" } },
      await bundle(),
      "--stay",
    );
    is(fleet.code, 1, fleet.text);
    match(fleet.text, "greenhouse: done");
    match(fleet.text, "nobody: failed: unreachable");
    match(fleet.text, "1 of 2 boards run 0.1.0");
    const other = await push(await bundle(), "--trust", "/nowhere.pub", "--root", join(root, "../other"));
    is(other.code, 2, other.text);
    match(other.text, "there is no /nowhere.pub: --trust names the public key");
  },
  LIMIT,
);
