/** A release of which only drivers differ goes live on a board that runs, while a led is on. */
import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import { openBundle } from "../../deploy/release/bundle-reader.ts";
import { readSigningKey } from "../../deploy/release/release-key.ts";
import { SlotFile } from "../../deploy/update/slot-file.ts";
import { firstRecord } from "../../deploy/update/slot-steps.ts";
import { aBundleOf } from "../deploy/update/a-place.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { repository } from "./board.ts";
import { LINE } from "./greenhouse.ts";
import { type SlotBoard, says, slotBoard, workFolder } from "./slots.ts";

const LIMIT = { limitMs: 240_000 };
const SHORT = ["--trial", "2s", "--settle", "90s", "--link", "90s"];
const DRIVERS = "program/cells/device-thread.cjs";
const MARK = "led of the next release";
/** The program of devices as it is; one that says that it is new; and one whose led is worn out. */
const own = () => readFileSync(join(repository, "dist/cells/device-thread.cjs"), "utf8");
const LED = "function ledTask(";
const good = () => own().replace(LED, `console.log(${JSON.stringify(MARK)});\n${LED}`);
const bad = () =>
  own().replace(
    LED,
    `function ledTask(...given) {
  return { ...soundLed(...given), *sample() { throw new Error("worn out"); } };
}
function soundLed(`,
  );

interface LiveBoard extends SlotBoard {
  /** A bundle that may go live, with this program for devices. */
  release(name: string, drivers: string): Promise<string>;
  /** How often the mark was logged. */
  marks(): number;
}

/** In service, its led on; what it runs is written down as a release. */
async function liveBoard(t: SpecContext): Promise<LiveBoard> {
  const work = workFolder(t);
  const slots = await slotBoard(t, work);
  const { board, root } = slots;
  const key = readSigningKey(slots.key);
  const files = {
    "bin/holdfast": readFileSync(join(root, "a/bin/holdfast"), "utf8"),
    [DRIVERS]: own(),
  };
  const runs = await aBundleOf(join(work, "runs"), files, {}, key);
  const { manifest, release, close } = await openBundle(createReadStream(runs), [key.trusted], runs);
  await close();
  new SlotFile(root).write(firstRecord(release));
  writeFileSync(join(root, "manifest-a.json"), JSON.stringify(manifest));
  await board.joinWorld();
  await board.inService();
  await board.joinMqtt();
  await board.command("led", { on: true, for: "10m" });
  await board.witness.waitFor(LINE.led, 1, 0, 30_000);
  return {
    ...slots,
    release: (name, drivers) =>
      aBundleOf(
        join(work, name),
        { ...files, [DRIVERS]: drivers },
        { created: "2026-11-26T02:00:00Z", liveFrom: release },
        key,
      ),
    marks: () => [...board.out, ...board.err].filter((line) => JSON.stringify(line).includes(MARK)).length,
  };
}

spec(
  "drivers go live from a release: bad ones are taken back, good ones stay, nothing restarts and a led stays on",
  async (t) => {
    const { board, root, record, notice, push, release, marks } = await liveBoard(t);
    const [mark, pid] = [board.witness.mark, board.runtimePid];

    const worn = await release("worn", bad());
    const taken = await push(worn, ...SHORT);
    is(taken.code, 1, taken.text);
    says(taken.text, "taken back live: the old code goes on, no restart");
    says(taken.text, "worn out");
    equal([record().active, record().trying, record().outcome], ["a", undefined, "reverted"]);
    const again = await push(worn, ...SHORT);
    is(again.code, 3, again.text);
    says(again.text, "tried release");

    const stays = await push(await release("next", good()), ...SHORT);
    is(stays.code, 0, stays.text);
    says(stays.text, "live, lines hold: confirmed");
    says(stays.text, "pi@here runs 0.1.0, live and without a restart: what was good before is good after");
    equal([record().active, record().trying, record().outcome], ["b", undefined, "confirmed"]);
    await until("that is told", () => notice()?.state === "confirmed");
    is(notice()?.reason, "live, without a restart");
    equal(board.witness.since(mark, LINE.led), [], "the led never went out");
    equal([board.runtimePid, board.events("restart")], [pid, []]);

    // The slot that the next one would take has programs that run.
    const next = await push(await release("after", own()), ...SHORT);
    is(next.code, 3, next.text);
    says(next.text, "start the board again first");
    ok(existsSync(join(root, "a", "bin/holdfast")));

    await until("the new code runs", () => marks() > 0);
    // Each cell says so; what those of this runtime say comes by another way than the end of a push.
    let before = 0;
    for (; before < marks(); await quietFor(1000)) before = marks();
    process.kill(pid, "SIGKILL");
    await until("the next runtime has the new code, too", () => marks() > before, 60_000);
    await board.inService();
    await board.stop();
  },
  LIMIT,
);
