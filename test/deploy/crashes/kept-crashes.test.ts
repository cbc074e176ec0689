import { equal, is, match } from "uvu/assert";
import type { AppendOptions } from "../../../deploy/crashes/crash-file.ts";
import { parseCrashLines } from "../../../deploy/crashes/crash-record.ts";
import { KeptCrashes } from "../../../deploy/crashes/kept-crashes.ts";
import { spec } from "../../harness/spec.ts";
import { LIFE } from "./a-crash.ts";

/** A disk whose writes end when the test says so. */
function disk() {
  let text = "";
  let end: ((error?: Error) => void) | undefined;
  const hand = {
    nowMs: 0,
    syncs: [] as boolean[],
    notKept: [] as string[],
    lines: () => parseCrashLines(text).map((line) => [line.n, line.kind, "cause" in line ? line.cause : ""]),
    all: () => parseCrashLines(text),
    get isWriting() {
      return end !== undefined;
    },
    async done(error?: Error) {
      end?.(error);
      await new Promise((later) => setImmediate(later));
    },
    file: {
      append: (more: string, { sync, torn }: AppendOptions) =>
        new Promise<void>((done, failed) => {
          end = (error) => {
            end = undefined;
            if (error !== undefined) return failed(error);
            text += torn ? `\n${more}` : more;
            hand.syncs.push(sync);
            done();
          };
        }),
      appendNow: (more: string) => {
        text += `\n${more}`;
      },
    },
    open: (last?: ConstructorParameters<typeof KeptCrashes>[1]) =>
      new KeptCrashes(
        {
          file: hand.file,
          life: LIFE,
          at: () => null,
          nowMs: () => hand.nowMs,
          notKept: (why) => hand.notKept.push(why),
        },
        last,
      ),
  };
  return hand;
}

const crash = (cause: string) => ({ kind: "crash", device: "climate", cause });

spec(
  "a life is written down, not forced to the disk; a crash is forced; other events are not kept",
  async () => {
    const hand = disk();
    const kept = hand.open({ what: "guardian", cause: "the guardian ended", count: 0, crashes: [] });
    await hand.done();
    kept.heard({ kind: "mode", device: "climate" });
    is(hand.isWriting, false, "a change of mode is no crash");
    kept.heard(crash("a"));
    await hand.done();
    equal(hand.lines(), [
      [1, "begin", ""],
      [2, "ended", "the guardian ended"],
      [3, "crash", "a"],
    ]);
    equal(hand.syncs, [false, true]);
  },
);

spec("what crashes while the disk is busy is written together when it is free", async () => {
  const hand = disk();
  const kept = hand.open();
  await hand.done();
  for (const cause of ["a", "b", "c"]) kept.heard(crash(cause));
  await hand.done();
  is(hand.all().length, 2, "the first is there");
  await hand.done();
  equal(hand.lines().slice(1), [
    [2, "crash", "a"],
    [3, "crash", "b"],
    [4, "crash", "c"],
  ]);
  equal([hand.syncs, hand.isWriting], [[false, true, true], false]);
});

spec("a board that crashes again and again keeps 20, then one a minute, and counts the others", async () => {
  const hand = disk();
  const kept = hand.open();
  await hand.done();
  for (let n = 1; n <= 30; n++) {
    kept.heard(crash(`${n}`));
    await hand.done();
  }
  equal([hand.lines().at(-1), kept.leftOut], [[21, "crash", "20"], 10]);
  hand.nowMs = 60_000;
  kept.heard(crash("later"));
  await hand.done();
  const last = hand.all().at(-1);
  equal([last?.n, last?.kind, (last as { leftOut?: number }).leftOut], [22, "crash", 10]);
});

spec("a full disk is said once; what it did not take is written with the next crash", async () => {
  const hand = disk();
  const kept = hand.open();
  await hand.done();
  kept.heard(crash("a"));
  await hand.done(new Error("ENOSPC: no space left on device"));
  is(hand.isWriting, false, "it is not asked again for the same");
  kept.heard(crash("b"));
  await hand.done(new Error("ENOSPC: no space left on device"));
  equal(hand.notKept, ["crash reports: ENOSPC: no space left on device"]);
  kept.heard(crash("c"));
  await hand.done();
  equal(hand.lines().slice(1), [
    [2, "crash", "a"],
    [3, "crash", "b"],
    [4, "crash", "c"],
  ]);
  kept.heard(crash("d"));
  await hand.done(new Error("EROFS: read-only file system"));
  is(hand.notKept.length, 2, "it took something in between");
});

spec(
  "a disk that does not answer costs the oldest reports beyond 32, counted, and is said once",
  async () => {
    const hand = disk();
    const kept = hand.open();
    await hand.done();
    kept.heard(crash("under way"));
    for (let n = 1; n <= 40; n++) {
      hand.nowMs = n * 60_000;
      kept.heard(crash(`${n}`));
    }
    is(hand.notKept.length, 1);
    match(hand.notKept[0]!, "the disk has not taken the last one for 60 s");
    await hand.done();
    await hand.done();
    const causes = hand.all().flatMap((line) => ("cause" in line ? [line.cause] : []));
    equal([causes.length, causes[0], causes[1], causes.at(-1)], [33, "under way", "9", "40"]);
    const lost = hand.all().reduce((sum, line) => sum + ((line as { leftOut?: number }).leftOut ?? 0), 0);
    is(lost, 8, "all that are missing are counted");
  },
);

spec("an end in order leaves a mark, and what was under way is there once", async () => {
  const hand = disk();
  const kept = hand.open();
  await hand.done();
  kept.heard(crash("a"));
  kept.end(true);
  kept.heard(crash("fenced: the board is being stopped"));
  kept.end(false);
  await hand.done();
  equal(hand.lines(), [
    [1, "begin", ""],
    [2, "crash", "a"],
    [3, "end", ""],
  ]);
});
