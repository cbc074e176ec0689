import * as assert from "uvu/assert";
import { ForeignGroups } from "../../../runtime/boards/foreign-groups.ts";
import { ForeignNames } from "../../../runtime/boards/foreign-names.ts";
import type { Membership } from "../../../runtime/process/groups.ts";
import type { WirePid } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";
import { LinkedCells } from "./linked-cells.ts";

const life = { board: "shed", uid: new Uint8Array(16), incarnation: 1 };
const pid: WirePid = { board: "shed", cell: "main", incarnation: 1, number: 1, key: "0".repeat(32), life: 1 };
const joins = (times: number): Membership => ({ group: "motors", pid, times });

spec(
  "a board that changes members without end is heard at a bounded rate, and nobody stays who is gone",
  () => {
    let told = 0;
    let times = 0;
    const groups = new ForeignGroups({
      member: (membership) => {
        told++;
        times = membership.times;
      },
    });
    let refused = 0;
    for (let n = 0; n < 60_000; n++) refused += groups.told(life, false, [joins(1), joins(0)], 0);
    assert.equal([refused, told, times], [10_000, 100_000, 0]);
    // A second later two thousand more; another board has its own measure.
    for (let n = 0; n < 5000; n++) refused += groups.told(life, false, [joins(1), joins(0)], 1_000_000);
    assert.equal([refused, told, times], [13_000, 104_000, 0]);
    const other = { ...life, board: "office" };
    assert.is(groups.told(other, false, [{ ...joins(1), pid: { ...pid, board: "office" } }], 1_000_000), 0);
  },
);

spec("names that come without end are refused above the same rate", () => {
  let told = 0;
  const names = new ForeignNames({ named: () => told++, unnamed: () => {} });
  let refused = 0;
  for (let n = 0; n < 60_000; n++) {
    refused += names.named(life, false, [["pump", pid]], 0);
    names.unnamed("shed", "pump", pid);
  }
  assert.equal([refused, told], [10_000, 50_000]);
  assert.equal(names.of("shed"), []);
});

spec(
  "a board that tells of ends of its cells above that rate is out of reach for a moment: nobody misses an end",
  () => {
    const net = new LinkedCells(["greenhouse", "pumphouse"]);
    const [greenhouse, pumphouse] = [net.of("greenhouse"), net.of("pumphouse")];
    const ends = (from: number, to: number) => {
      for (let life = from; life < to; life++) greenhouse.exchange.cellDown("soil", life, "killed");
      greenhouse.exchange.flush();
      net.pass(20);
    };
    ends(0, 50_000);
    assert.equal(pumphouse.told, ["up greenhouse"]);
    ends(50_000, 60_000);
    assert.equal(pumphouse.told.slice(1), ["down greenhouse closed", "up greenhouse"]);
  },
);
