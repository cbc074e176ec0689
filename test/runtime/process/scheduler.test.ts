/** Who runs next, by itself: records of processes instead of processes, a clock turned by hand. */
import * as assert from "uvu/assert";
import { lendsNoBand, Mailbox } from "../../../runtime/process/mailbox.ts";
import { BAND, Process } from "../../../runtime/process/process.ts";
import { Scheduler } from "../../../runtime/process/scheduler.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";

spec("who is woken is runnable once, however often it is woken, and running once it is next", () => {
  const scheduler = new Scheduler(new VirtualClock());
  const process = record("a");
  scheduler.wake(process);
  scheduler.wake(process);
  assert.equal([process.state, scheduler.size], ["runnable", 1]);
  assert.is(scheduler.next(0), process);
  assert.is(process.state, "running");
  assert.is(scheduler.next(0), undefined);
});

spec("a hard deadline counts where it is nearer than the one that was lent", () => {
  const scheduler = new Scheduler(new VirtualClock());
  const [soft, hard] = [record("soft"), record("hard")];
  hard.hardDeadlineUs = 1000;
  scheduler.wake(soft, 2000);
  scheduler.wake(hard, 3000);
  assert.equal(order(scheduler), ["hard", "soft"]);
});

spec("a message puts forward who waits for its turn only when that would take it", () => {
  const scheduler = new Scheduler(new VirtualClock());
  const [first, picky, other] = [record("first"), record("picky"), record("other")];
  picky.pattern = "reading";
  for (const process of [first, picky, other]) scheduler.wake(process);
  scheduler.wakeFor(picky, { type: "noise" }, 10, BAND.critical);
  scheduler.wakeFor(other, { type: "noise" }, 20, lendsNoBand);
  assert.equal(order(scheduler), ["other", "first", "picky"]);
});

spec("no message wakes who sleeps", () => {
  const scheduler = new Scheduler(new VirtualClock());
  const asleep = record("asleep");
  asleep.deaf = true;
  scheduler.wakeFor(asleep, { type: "noise" }, 10, BAND.critical, true);
  assert.equal([asleep.state, scheduler.size], ["waiting", 0]);
});

spec("who paused goes on with the urgency of the message that it would take next", () => {
  const scheduler = new Scheduler(new VirtualClock());
  const [paused, other] = [record("paused"), record("other")];
  paused.mailbox.push("late", 500);
  scheduler.wake(other, 800);
  paused.state = "paused";
  scheduler.goOnLater(paused);
  assert.equal(order(scheduler), ["paused", "other"]);
});

spec("who is in the middle of its work goes on before others that are as urgent", () => {
  const scheduler = new Scheduler(new VirtualClock());
  const [working, other] = [record("working"), record("other")];
  working.deaf = true;
  working.deadlineUs = 800;
  working.state = "paused";
  scheduler.wake(other, 800);
  scheduler.goOnLater(working);
  assert.equal(order(scheduler), ["working", "other"]);
});

spec("after a slice of 10 ms background stands back for 190 ms, and is first again then", () => {
  const scheduler = new Scheduler(new VirtualClock());
  scheduler.hadShare(10_000, 10_000);
  const runs = (nowUs: number) => {
    const background = record("background", BAND.background);
    const normal = record("normal");
    for (const process of [normal, background]) scheduler.wake(process);
    const first = scheduler.next(nowUs)?.label;
    while (scheduler.next(0) !== undefined);
    return first;
  };
  assert.equal([runs(199_999), runs(200_000)], ["normal", "background"]);
});

spec("who ends while it is runnable has no turn any more", () => {
  const scheduler = new Scheduler(new VirtualClock());
  const [ends, stays] = [record("ends"), record("stays")];
  for (const process of [ends, stays]) scheduler.wake(process);
  scheduler.remove(ends);
  assert.equal(order(scheduler), ["stays"]);
});

spec("how long it was runnable is kept for who asks for it, without what is past", () => {
  const clock = new VirtualClock();
  const scheduler = new Scheduler(clock);
  const process = record("late");
  process.readyTime = { readyUs: 5, sinceUs: 0 };
  clock.advanceTo(100);
  scheduler.wake(process);
  clock.advanceTo(130);
  scheduler.next(130);
  assert.is(process.readyTime.readyUs, 35);
});

function record(label: string, band: number = BAND.normal): Process {
  return new Process({ name: "body" }, label, band, new Mailbox());
}

/** Takes all that are runnable. */
function order(scheduler: Scheduler): string[] {
  const labels: string[] = [];
  for (let next = scheduler.next(0); next !== undefined; next = scheduler.next(0)) labels.push(next.label);
  return labels;
}
