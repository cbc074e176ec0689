/** What names and process groups promise across cells, over every kernel. */
import * as assert from "uvu/assert";
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import type { CellBench, MakeBench } from "./cells.ts";

const module = new URL("./group-bodies.js", import.meta.url).href;

function cell(name: string, body: string, args: readonly unknown[] = []): CellSpec {
  return { name, body: { module, name: body }, args };
}

export function groupContract(kind: string, make: MakeBench): void {
  const given = (name: string, body: (bench: CellBench, log: string[], t: SpecContext) => Promise<void>) =>
    spec(
      `${kind}: ${name}`,
      async (t) => {
        const log: string[] = [];
        const bench = make(t, { ended: (line) => log.push(line), crashed: (line) => log.push(line) });
        await body(bench, log, t);
      },
      { limitMs: 30_000 },
    );

  given("members of all cells are seen in all cells, also in one that starts later", async (bench) => {
    const { kernel, next, until, quiet } = bench;
    const a = kernel.startCell(cell("a", "joins", ["pumps"]));
    kernel.startCell(cell("b", "joins", ["pumps"]));
    assert.equal([...(await next(2))].sort(), ["a.1 joined", "b.1 joined"]);
    await until(() => kernel.cell.groups.members("pumps").length === 2);
    const late = kernel.startCell(cell("late", "asksFor", ["pumps"]));
    kernel.cell.post(late, { type: "go" });
    assert.equal(await next(), ["sees [a.1 b.1], here []"]);
    kernel.cell.post(a, { type: "go" });
    assert.equal(await next(), ["a.1 left: true"]);
    kernel.cell.post(a, { type: "go" });
    assert.equal(await next(), ["a.1 left: false"]);
    await until(() => kernel.cell.groups.members("pumps").length === 1);
    kernel.cell.post(late, { type: "go" });
    const seen = (await next())[0]!;
    // The kernel's cell may know before another does.
    assert.match(seen, /^sees \[(a\.1 )?b\.1\], here \[\]$/);
    await quiet();
  });

  given("who follows a group hears of joins, leaves and ends, each leave before the down", async (bench) => {
    const { kernel, next, quiet } = bench;
    kernel.startCell(cell("follower", "follows", ["pumps"]));
    assert.equal(await next(), ["sees []"]);
    const home = kernel.startCell(cell("home", "hasMember", ["pumps"]));
    assert.equal([...(await next(2))].sort(), ["+home.3", "home.3 joined"]);
    kernel.cell.post(home, { type: "go" });
    assert.equal(await next(2), ["-home.3", "down home.3, left are []"]);
    const cellWide = kernel.startCell(cell("wide", "joins", ["pumps"]));
    assert.equal([...(await next(2))].sort(), ["+wide.1", "wide.1 joined"]);
    kernel.endCell("wide", cellWide.incarnation, "killed");
    assert.equal(await next(2), ["-wide.1", "down wide.1, left are []"]);
    kernel.startCell(cell("wide", "joins", ["pumps"]));
    assert.equal([...(await next(2))].sort(), ["+wide.1", "wide.1 joined"]);
    await quiet();
  });

  given("a process of the kernel's cell is a member as any other", async ({ kernel, next, until }) => {
    kernel.startCell(cell("follower", "follows", ["keepers"]));
    assert.equal(await next(), ["sees []"]);
    const pid = kernel.cell.spawn(function* keeper(self) {
      self.join("keepers");
      yield* self.receive();
    }, []);
    kernel.cell.post("nobody", "wakes the kernel's loop");
    assert.equal(await next(), [`+kernel.${pid.number}`]);
    kernel.cell.post(pid, "end");
    assert.equal(await next(2), [`-kernel.${pid.number}`, `down kernel.${pid.number}, left are []`]);
    await until(() => kernel.cell.groups.list().length === 0);
  });

  given(
    "of two cells that race for a name one ends, and the name's group holds the other",
    async (bench, log) => {
      const { kernel, until, quiet } = bench;
      const racers = ["left", "right"].map((name) => kernel.startCell(cell(name, "races", ["crown"])));
      for (const pid of racers) kernel.cell.post(pid, { type: "go" });
      await until(() => log.some((line) => line.includes("ended")));
      await until(() => kernel.cell.groups.members("crown").length === 1);
      const [winner] = kernel.cell.groups.members("crown");
      assert.is(kernel.cell.names.whereis("crown")?.cell, winner?.cell);
      const loser = winner?.cell === "left" ? "right" : "left";
      assert.match(log.at(-1)!, new RegExp(`^${loser} 1 ended: (name crown is taken|.*"crown" is taken by)`));
      await quiet();
      kernel.cell.post("crown", { type: "end", how: "normal" });
      await until(() => kernel.cell.groups.list().length === 0);
      assert.is(kernel.cell.names.whereis("crown"), undefined);
    },
  );

  given("public names are told to whoever passes them on; a cell's end withdraws them", async (bench) => {
    const { kernel, next, until, quiet } = bench;
    const heard: string[] = [];
    kernel.cell.names.watchPublic({
      published: (name, pid) => heard.push(`${name} is ${pid}`),
      withdrawn: (name, pid) => heard.push(`${name} was ${pid}`),
    });
    const market = kernel.startCell(cell("market", "publishes"));
    assert.equal(await next(), ["open"]);
    const pid = "<bench.market.1>";
    await until(() => heard.length === 1);
    assert.equal(heard, [`shop is ${pid}`]);
    assert.is(kernel.cell.names.whereis("private")?.cell, "market");
    kernel.cell.post(market, { type: "go" });
    assert.equal(await next(), ["moved"]);
    await until(() => heard.length === 3);
    assert.equal(heard.slice(1), [`shop was ${pid}`, `stall is ${pid}`]);
    kernel.endCell("market", 1, "killed");
    await until(() => heard.length === 4);
    assert.is(heard[3], `stall was ${pid}`);
    assert.equal(kernel.cell.names.listPublic(), []);
    await quiet();
  });
}
