/** The last step of a message, without its cell. */
import * as assert from "uvu/assert";
import type { CellCounts } from "../../../runtime/process/cell-contract.ts";
import { Delivery } from "../../../runtime/process/delivery.ts";
import { Links } from "../../../runtime/process/links.ts";
import { Mailbox } from "../../../runtime/process/mailbox.ts";
import { importPid, type Pid } from "../../../runtime/process/pid.ts";
import { BAND, Process } from "../../../runtime/process/process.ts";
import { ProcessTable } from "../../../runtime/process/process-table.ts";
import { Scheduler } from "../../../runtime/process/scheduler.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";

spec("a message is put and its receiver woken with the deadline and the band that it lends", () => {
  const { delivery, process } = receiving(1);
  delivery.put(process, "hello", 500, BAND.critical);
  assert.equal([process.state, process.queueBand, process.queueDeadlineUs], ["runnable", BAND.critical, 500]);
  assert.is(process.mailbox.take()?.message, "hello");
});

spec("a full mailbox drops the newest, counts each and raises one alarm", () => {
  const { delivery, process, counts, alarms } = receiving(1);
  for (const message of ["first", "second", "third"]) delivery.put(process, message);
  assert.equal([counts.overflow, alarms], [2, ["overflow <b.c.1> 1"]]);
  assert.equal([process.mailbox.take()?.message, process.mailbox.length], ["first", 0]);
});

spec("an answer ends its monitor and finds room in a full mailbox; the second one is late", () => {
  const { delivery, links, process, counts } = receiving(1);
  const ref = links.monitor(process, server);
  delivery.put(process, "fills it");
  delivery.put(process, "answer", undefined, BAND.normal, ref);
  delivery.put(process, "again", undefined, BAND.normal, ref);
  assert.equal([counts.late, process.mailbox.length, process.watching?.size], [1, 2, 0]);
});

spec("where the other cell has closed its side of the monitor, nothing is sent there about it", () => {
  const { delivery, links, process, posted } = receiving(1);
  const closed = links.monitor(process, server);
  const open = links.monitor(process, server);
  posted.length = 0;
  delivery.put(process, "answer", undefined, BAND.normal, closed, true);
  delivery.put(process, "answer", undefined, BAND.normal, open);
  assert.equal(posted, ["demonitor"]);
});

spec("what the kernel tells comes before all work, whatever its receiver's band", () => {
  const { delivery, process } = receiving(1, BAND.bestEffort);
  delivery.tell(process, { type: "down", ref: 1, pid: server, reason: "normal" });
  assert.equal([process.queueBand, process.queueDeadlineUs], [BAND.critical, Number.NEGATIVE_INFINITY]);
});

spec("the dead receive nothing, and that is counted", () => {
  const { delivery, process, counts } = receiving(1);
  process.state = "dead";
  delivery.put(process, "hello");
  delivery.put(process, "answer", undefined, BAND.normal, 1);
  assert.equal([counts.dead, counts.late, process.mailbox.length], [2, 0, 0]);
});

const server: Pid = importPid({ board: "b", cell: "there", incarnation: 1, number: 1, key: "k" });

function receiving(mailboxCapacity: number, band: number = BAND.normal) {
  const counts: CellCounts = { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 };
  const alarms: string[] = [];
  const posted: string[] = [];
  const links = new Links({
    post: (_to, { kind }) => posted.push(kind) > 0,
    unreachable: () => "noproc",
    end: () => assert.unreachable("nobody ends here"),
    tell: () => assert.unreachable("nobody is told of an end here"),
  });
  const delivery = new Delivery(new Scheduler(new VirtualClock()), links, counts, ({ kind, pid, dropped }) =>
    alarms.push(`${kind} ${pid} ${dropped}`),
  );
  const process = new Process({ name: "body" }, undefined, band, new Mailbox(mailboxCapacity));
  new ProcessTable({ board: "b", cell: "c", incarnation: 1 }).add(process, undefined);
  return { delivery, links, process, counts, alarms, posted };
}
