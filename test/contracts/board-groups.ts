/** What process groups promise across boards, whatever runs their cells. */
import * as assert from "uvu/assert";
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import { spec } from "../harness/spec.ts";
import type { BoardsBench, MakeBoards } from "./boards.ts";
import type { CellBench } from "./cells.ts";

const module = new URL("./group-bodies.js", import.meta.url).href;

function cell(name: string, body: string, args: readonly unknown[] = []): CellSpec {
  return { name, body: { module, name: body }, args };
}

/** As the kernel's cell of a board sees the group, `board.cell.number`. */
function seen({ kernel }: CellBench, group: string): string {
  return kernel.cell.groups.members(group).map(String).toSorted().join(" ");
}

async function untilSeen(bench: CellBench, group: string, members: string): Promise<void> {
  await bench.until(() => seen(bench, group) === members);
}

export function boardGroupContract(kind: string, make: MakeBoards): void {
  const given = (name: string, body: (bench: BoardsBench) => Promise<void>) =>
    spec(`${kind}: ${name}`, async (t) => body(await make(t)), { limitMs: 60_000 });

  given("members of both boards are seen on both, also in a cell that starts later", async (bench) => {
    const { greenhouse, pumphouse } = bench;
    greenhouse.kernel.startCell(cell("fan", "joins", ["motors"]));
    const pump = pumphouse.kernel.startCell(cell("pump", "joins", ["motors"]));
    assert.equal(
      [...(await greenhouse.next()), ...(await pumphouse.next())],
      ["fan.1 joined", "pump.1 joined"],
    );
    for (const board of [greenhouse, pumphouse])
      await untilSeen(board, "motors", "<greenhouse.fan.1> <pumphouse.pump.1>");
    const late = greenhouse.kernel.startCell(cell("late", "asksFor", ["motors"]));
    const ask = async () => {
      greenhouse.kernel.cell.post(late, { type: "go" });
      return (await greenhouse.next())[0]!;
    };
    // It hears of its own board first, and of the other one from the cell that speaks with it.
    let answer = await ask();
    for (let turn = 0; turn < 1000 && !answer.includes("pump.1"); turn++) answer = await ask();
    assert.is(answer, "sees [fan.1 pump.1], here []");
    pumphouse.kernel.cell.post(pump, { type: "go" });
    assert.equal(await pumphouse.next(), ["pump.1 left: true"]);
    for (const board of [greenhouse, pumphouse]) await untilSeen(board, "motors", "<greenhouse.fan.1>");
    await pumphouse.quiet();
  });

  given(
    "who follows a group hears of joins, leaves and ends over there, each leave before the down",
    async (bench) => {
      const { greenhouse, pumphouse } = bench;
      greenhouse.kernel.startCell(cell("follower", "follows", ["motors"]));
      assert.equal(await greenhouse.next(), ["sees []"]);
      const home = pumphouse.kernel.startCell(cell("home", "hasMember", ["motors"]));
      assert.equal(await greenhouse.next(), ["+home.3"]);
      pumphouse.kernel.cell.post(home, { type: "go" });
      assert.equal(await greenhouse.next(2), ["-home.3", "down home.3, left are []"]);
      const wide = pumphouse.kernel.startCell(cell("wide", "joins", ["motors"]));
      assert.equal(await greenhouse.next(), ["+wide.1"]);
      pumphouse.kernel.endCell("wide", wide.incarnation, "killed");
      assert.equal(await greenhouse.next(2), ["-wide.1", "down wide.1, left are []"]);
      pumphouse.kernel.startCell(cell("wide", "joins", ["motors"]));
      assert.equal(await greenhouse.next(), ["+wide.1"]);
      await greenhouse.quiet();
    },
  );

  given(
    "a cut takes members of the other board out, each before its down, and a heal brings them back",
    async (bench) => {
      const { greenhouse, pumphouse, cut } = bench;
      greenhouse.kernel.startCell(cell("follower", "follows", ["motors"]));
      assert.equal(await greenhouse.next(), ["sees []"]);
      greenhouse.kernel.startCell(cell("fan", "joins", ["motors"]));
      assert.equal((await greenhouse.next(2)).toSorted(), ["+fan.1", "fan.1 joined"]);
      const pump = pumphouse.kernel.startCell(cell("pump", "joins", ["motors"]));
      assert.equal(await greenhouse.next(), ["+pump.1"]);
      cut(true);
      assert.equal(await greenhouse.next(2), ["-pump.1", "down pump.1, left are [fan.1]"]);
      await untilSeen(greenhouse, "motors", "<greenhouse.fan.1>");
      await untilSeen(pumphouse, "motors", "<pumphouse.pump.1>");
      // What changes while nobody hears of it.
      pumphouse.kernel.startCell(cell("valve", "joins", ["motors"]));
      pumphouse.kernel.cell.post(pump, { type: "end", how: "normal" });
      await untilSeen(pumphouse, "motors", "<pumphouse.valve.1>");
      await greenhouse.quiet();
      cut(false);
      assert.equal(await greenhouse.next(), ["+valve.1"]);
      for (const board of [greenhouse, pumphouse])
        await untilSeen(board, "motors", "<greenhouse.fan.1> <pumphouse.valve.1>");
      await greenhouse.quiet();
    },
  );

  given("a group that boards do not have in common stays on each of them", async (bench) => {
    const { greenhouse, pumphouse } = bench;
    for (const group of ["private", "motors"]) {
      greenhouse.kernel.startCell(cell(`fan-${group}`, "joins", [group]));
      pumphouse.kernel.startCell(cell(`pump-${group}`, "joins", [group]));
    }
    // Told in order: what came before it has arrived with it.
    for (const board of [greenhouse, pumphouse])
      await untilSeen(board, "motors", "<greenhouse.fan-motors.1> <pumphouse.pump-motors.1>");
    await untilSeen(greenhouse, "private", "<greenhouse.fan-private.1>");
    await untilSeen(pumphouse, "private", "<pumphouse.pump-private.1>");
  });
}
