import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import { threadId } from "../../../runtime/time/thread-id.ts";
import { describePlace, takePlace } from "../../../runtime/time/thread-place.ts";
import { setTimerSlack } from "../../../runtime/time/timer-slack.ts";
import { spec } from "../../harness/spec.ts";

/** The rights of this machine decide; a test cannot ask for them. */
function mayBeRealtime(): boolean {
  return spawnSync("chrt", ["--fifo", "1", "true"]).status === 0;
}

spec("a thread gets the core it asks for, and is told of one that is not there", () => {
  const [first = 0] = allowedCores();
  const given = takePlace({ core: first });
  assert.equal(given, { asked: { core: first }, core: first, refused: [] });
  assert.equal(allowedCores(), [first]);
  const refused = takePlace({ core: 1023 });
  assert.is(refused.core, undefined);
  assert.match(refused.refused[0]!, /^core 1023: ./);
  assert.match(
    describePlace("this cell", refused),
    /^this cell runs as any other thread; not granted: core 1023: /,
  );
});

spec("a real-time policy is given where the machine allows it, and else told why not", (t) => {
  const given = takePlace({ policy: "rr", priority: 7 });
  t.defer(() => spawnSync("chrt", ["--other", "-p", "0", String(threadId())]));
  const now = spawnSync("chrt", ["-p", String(threadId())], { encoding: "utf8" }).stdout;
  if (mayBeRealtime()) {
    assert.equal(given, { asked: { policy: "rr", priority: 7 }, policy: "rr", priority: 7, refused: [] });
    assert.match(now, /SCHED_RR\|SCHED_RESET_ON_FORK/, "its children do not inherit it");
    assert.is(describePlace("the kernel", given), "the kernel has rr priority 7");
  } else {
    assert.match(given.refused[0]!, /^rr priority 7: ./);
    assert.match(now, /SCHED_OTHER/);
  }
});

spec("a priority that does not exist is told and not tried in another form", () => {
  const { priority, refused } = takePlace({ priority: 1000 });
  assert.is(priority, undefined);
  assert.is(refused.length, 1);
  assert.match(refused[0]!, /^fifo priority 1000: ./);
});

spec("timer slack is set for the calling thread, and what it cannot be is no failure", () => {
  assert.is(setTimerSlack(1), true);
  assert.is(setTimerSlack(Number.NaN), false);
});

function allowedCores(): number[] {
  const { stdout } = spawnSync("taskset", ["-p", "-c", String(threadId())], { encoding: "utf8" });
  const list = stdout.slice(stdout.lastIndexOf(":") + 1).trim();
  return list.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  });
}
