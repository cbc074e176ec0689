/** What processes of two boards are to each other, whatever runs their cells. */
import * as assert from "uvu/assert";
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import type { CellBench } from "./cells.ts";

const module = new URL("./board-bodies.js", import.meta.url).href;

/** A cell whose first process is this body of `board-bodies.ts`. */
export function talking(name: string, body: string, args: readonly unknown[] = []): CellSpec {
  return { name, body: { module, name: body }, args };
}

/** Two boards, `greenhouse` and `pumphouse`, on one network. */
export interface BoardsBench {
  readonly greenhouse: CellBench;
  readonly pumphouse: CellBench;
  /** From now on nothing gets through, or everything again. */
  cut(isCut: boolean): void;
}

export type MakeBoards = (t: SpecContext) => BoardsBench | Promise<BoardsBench>;

type Given = (name: string, body: (bench: BoardsBench) => Promise<void>) => void;

function givenBoards(kind: string, make: MakeBoards): Given {
  return (name, body) => spec(`${kind}: ${name}`, async (t) => body(await make(t)), { limitMs: 60_000 });
}

/** Where code can be changed. */
export function boardChangeContract(kind: string, make: MakeBoards): void {
  const given = givenBoards(kind, make);

  given("code is changed under those who call it from over there: none of them notices", async (bench) => {
    const { greenhouse, pumphouse } = bench;
    pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
    greenhouse.kernel.startCell(talking("climate", "changing", ["pump@pumphouse", 20]));
    greenhouse.kernel.startCell(talking("irrigation", "watching", ["pump@pumphouse"]));
    assert.equal((await greenhouse.next(2)).toSorted(), ["calls", "watches <pumphouse.pump.1>"]);
    const phases: string[] = [];
    const { body } = talking("pump", "pumpingMore");
    pumphouse.kernel.changeCell("pump", { body }, { trialMs: 10 }, ({ phase }) => phases.push(phase));
    assert.equal(await greenhouse.next(), ["all answered"]);
    await pumphouse.until(() => phases.length === 2);
    assert.equal(phases, ["trial", "committed"]);
    // The new version has the ways of the old one.
    greenhouse.kernel.startCell(talking("fan", "changing", ["pump@pumphouse", 2]));
    assert.equal(await greenhouse.next(2), ["calls", "all answered"]);
    pumphouse.kernel.endCell("pump", 1, "killed");
    assert.equal(await greenhouse.next(), ["down: cell pump: killed"]);
  });

  given("a guess at a key is told of by new code on trial, too", async (bench) => {
    const { greenhouse, pumphouse } = bench;
    const phases: string[] = [];
    pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
    greenhouse.kernel.startCell(talking("climate", "calling", ["pump@pumphouse", 2]));
    assert.equal(await greenhouse.next(), ["2 answers"]);
    const { body } = talking("pump", "pumpingMore");
    pumphouse.kernel.changeCell("pump", { body }, { trialMs: 50_000 }, ({ phase }) => phases.push(phase));
    await pumphouse.until(() => phases.length === 1);
    assert.equal(phases, ["trial"]);
    greenhouse.kernel.startCell(talking("thief", "guessing", ["pump@pumphouse"]));
    assert.equal(await greenhouse.next(), ["down: noproc"]);
    assert.equal(await pumphouse.next(3), new Array(3).fill("greenhouse: notGiven"));
    assert.ok(pumphouse.kernel.passTrial("pump"));
    await pumphouse.until(() => phases.length === 2);
    await pumphouse.quiet();
  });
}

export function boardContract(kind: string, make: MakeBoards): void {
  const given = givenBoards(kind, make);

  given("a process of one board calls one of the other by its public name", async (bench) => {
    const { greenhouse, pumphouse } = bench;
    pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
    greenhouse.kernel.startCell(talking("climate", "calling", ["pump@pumphouse", 50]));
    assert.equal(await greenhouse.next(), ["50 answers"]);
    // A cell that starts later hears of the boards that are up.
    greenhouse.kernel.startCell(talking("later", "calling", ["pump@pumphouse", 3]));
    assert.equal(await greenhouse.next(), ["3 answers"]);
    await greenhouse.quiet();
  });

  given("the end of a process over there is told with its reason, and its name is gone", async (bench) => {
    const { greenhouse, pumphouse } = bench;
    const pid = pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
    greenhouse.kernel.startCell(talking("climate", "watching", ["pump@pumphouse"]));
    greenhouse.kernel.startCell(talking("irrigation", "bound", ["pump@pumphouse"]));
    const begun = await greenhouse.next(2);
    assert.equal(begun.toSorted(), ["linked", "watches <pumphouse.pump.1>"]);
    pumphouse.kernel.cell.exit(undefined, pid, { shutdown: "test" });
    assert.equal((await greenhouse.next(2)).toSorted(), [
      "down: cell pump: shutdown: test",
      "exit: cell pump: shutdown: test",
    ]);
    await greenhouse.until(() => greenhouse.kernel.cell.names.whereis("pump@pumphouse") === undefined);
    await greenhouse.quiet();
  });

  given("a cut ends links, monitors and calls with noconnection, once, and heals", async (bench) => {
    const { greenhouse, pumphouse, cut } = bench;
    pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
    greenhouse.kernel.startCell(talking("climate", "watching", ["pump@pumphouse"]));
    // It ends with whom it is linked with.
    pumphouse.kernel.startCell(talking("valve", "pumping", ["valve"]));
    greenhouse.kernel.startCell(talking("irrigation", "bound", ["valve@pumphouse"]));
    greenhouse.kernel.startCell(talking("fan", "waiting", ["pump@pumphouse"]));
    const begun = await greenhouse.next(3);
    assert.equal(begun.toSorted(), ["linked", "waits", "watches <pumphouse.pump.1>"]);
    cut(true);
    const ends = await greenhouse.next(3);
    assert.equal(ends.toSorted(), ["call: noconnection", "down: noconnection", "exit: noconnection"]);
    await greenhouse.until(() => greenhouse.kernel.cell.names.whereis("pump@pumphouse") === undefined);
    await greenhouse.quiet();
    cut(false);
    assert.equal(await greenhouse.next(), ["watches <pumphouse.pump.1>"]);
    await greenhouse.quiet();
  });

  given(
    "a cell here that has the name of one over there ends without taking anything of it",
    async (bench) => {
      const { greenhouse, pumphouse } = bench;
      pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
      const namesake = greenhouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
      greenhouse.kernel.startCell(talking("climate", "watching", ["pump@pumphouse"]));
      assert.equal(await greenhouse.next(), ["watches <pumphouse.pump.1>"]);
      greenhouse.kernel.cell.exit(undefined, namesake, "kill");
      await greenhouse.until(() => greenhouse.kernel.cells().every(({ cell }) => cell !== "pump"));
      await greenhouse.quiet();
      assert.ok(greenhouse.kernel.cell.names.whereis("pump@pumphouse"));
      greenhouse.kernel.startCell(talking("pump", "calling", ["pump@pumphouse", 2]));
      assert.equal(await greenhouse.next(), ["2 answers"]);
    },
  );

  given(
    "whoever guesses a key reaches nobody; it is told as of the dead, and the board hears of it",
    async (bench) => {
      const { greenhouse, pumphouse } = bench;
      pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
      greenhouse.kernel.startCell(talking("thief", "guessing", ["pump@pumphouse"]));
      // One that was never there.
      greenhouse.kernel.startCell(talking("burglar", "guessing", ["pump@pumphouse", 1_000_000]));
      assert.equal(await greenhouse.next(2), ["down: noproc", "down: noproc"]);
      assert.equal(await pumphouse.next(6), new Array(6).fill("greenhouse: notGiven"));
      greenhouse.kernel.startCell(talking("climate", "calling", ["pump@pumphouse", 2]));
      assert.equal(await greenhouse.next(), ["2 answers"]);
      await pumphouse.quiet();
    },
  );

  given("messages come in order", async (bench) => {
    const { greenhouse, pumphouse } = bench;
    pumphouse.kernel.startCell(talking("sink", "catching", ["sink", 500]));
    greenhouse.kernel.startCell(talking("source", "pouring", ["sink@pumphouse", 500]));
    assert.equal(await greenhouse.next(), ["500 poured"]);
    assert.equal(await pumphouse.next(), ["500 numbers, the last 499"]);
  });
}
