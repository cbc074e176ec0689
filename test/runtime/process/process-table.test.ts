import * as assert from "uvu/assert";
import { Mailbox } from "../../../runtime/process/mailbox.ts";
import { exportPid, type Pid, samePid } from "../../../runtime/process/pid.ts";
import { BAND, Process } from "../../../runtime/process/process.ts";
import { ProcessTable } from "../../../runtime/process/process-table.ts";
import { spec } from "../../harness/spec.ts";

const home = { board: "b", cell: "here", incarnation: 2 };

spec("numbers are given in order and none twice, also after an end", () => {
  const table = new ProcessTable(home);
  const pids = [added(table), added(table)];
  table.delete(pids[1]!);
  assert.equal([...pids, added(table)].map(String), ["<b.here.1>", "<b.here.2>", "<b.here.3>"]);
  assert.equal(
    [...table.values()].map(({ pid }) => pid.number),
    [1, 3],
  );
  assert.equal([table.size, table.at(2)], [2, undefined]);
});

spec(
  "a frame reaches a process by number, life and key; whatever else it says is a guess or too late",
  () => {
    const table = new ProcessTable(home);
    const pid = added(table);
    const { number, incarnation, key } = exportPid(pid);
    const to = { number, incarnation, key };
    assert.is(table.find(to), table.at(1));
    assert.is(table.find({ ...to, key: "a guess" }), "forged");
    assert.is(table.find({ ...to, number: 2 }), "forged", "never given out");
    assert.is(table.find({ ...to, incarnation: 1 }), "dead", "of the life before");
    table.delete(pid);
    assert.is(table.find(to), "dead");
  },
);

spec("who never left the cell has no key, so that none is right", () => {
  const table = new ProcessTable(home);
  added(table);
  assert.is(table.find({ number: 1, incarnation: 2, key: "" }), "forged");
});

spec(
  "a pid that comes back becomes the one object of its process; a wrong key, or another home, does not",
  () => {
    const table = new ProcessTable(home);
    const pid = added(table);
    const wire = exportPid(pid);
    assert.is(table.resolve(wire), pid);
    for (const other of [
      { key: "a guess" },
      { incarnation: 1 },
      { cell: "there" },
      { board: "shed", life: 1 },
    ]) {
      const imported = table.resolve({ ...wire, ...other });
      assert.is.not(imported, pid);
      assert.is(samePid(imported, pid), "key" in other, JSON.stringify(other));
    }
  },
);

function added(table: ProcessTable): Pid {
  return table.add(new Process({ name: "body" }, undefined, BAND.normal, new Mailbox()), undefined);
}
