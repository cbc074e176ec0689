/**
 * Cells are killed at random moments while their processes stream to others; the receivers' histories must have no
 * lost, doubled or overtaking message, and one end each. 100 kills here; `HOLDFAST_KILLS=1000` for more.
 */
import * as assert from "uvu/assert";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import type { Verdict } from "./fixtures/streams.ts";

const KILLS = Number(process.env.HOLDFAST_KILLS ?? 100);
const SEED = Number(process.env.HOLDFAST_SEED ?? 1);
const VICTIMS = 3;
/** A life is this long at most from its first step, ms. One of five is ended from the order to start it: it boots. */
const LONGEST_MS = 60;
const UNBORN = 5;
/** One of so many victims, and one of the recorders, is a process. */
const CHILD_EVERY = 8;

const module = new URL("./fixtures/streams.js", import.meta.url).href;

spec(
  `${KILLS} kills of cells at random moments: no message lost, doubled or overtaken, one end for each stream`,
  async (t) => {
    const random = xorshift(SEED);
    const kernel = new ThreadKernel({ board: "b", clock: new SystemClock(), spares: () => 2 });
    t.defer(() => kernel.stop());
    const start = (name: string, body: string, args: CellSpec["args"], kind: "thread" | "child" = "thread") =>
      kernel.startCell({ name, kind, body: { module, name: body }, args });
    const recorders = [
      start("a", "recorder", []),
      start("b", "recorder", []),
      start("c", "recorder", [], "child"),
    ];

    let verdicts: Verdict[] = [];
    let kills = 0;
    let alive = 0;
    const life = (name: string) => {
      if (kills === KILLS) return;
      const kind = ++kills % CHILD_EVERY === 0 ? "child" : "thread";
      alive++;
      const pid = start(name, "victim", [recorders, random(2 ** 31), watcher], kind);
      kernel.cell.post(watcher, { type: "watch", pid });
      if (random(UNBORN) === 0) killSoon(pid);
    };
    const killSoon = ({ cell, incarnation }: Pid) =>
      setTimeout(() => kernel.endCell(cell, incarnation, "killed"), random(LONGEST_MS));
    const watcher = kernel.cell.spawn(function* watch(
      self: Self<{ type: "watch" | "lives"; pid: Pid } | Verdict>,
    ): ProcessGenerator {
      for (;;) {
        const message = yield* self.receive();
        if (message.type === "watch") self.monitor(message.pid);
        if (message.type === "lives") killSoon(message.pid);
        if (message.type === "verdict") verdicts.push(message);
        if (message.type !== "down") continue;
        alive--;
        life(message.pid.cell);
      }
    }, []);
    for (let n = 0; n < VICTIMS; n++) life(`victim${n}`);
    await until("all are dead", () => kills === KILLS && alive === 0, KILLS * 1500 + 20_000);

    const ask = async () => {
      verdicts = [];
      for (const recorder of recorders) kernel.cell.post(recorder, { type: "count", to: watcher });
      await until("verdicts", () => verdicts.length === recorders.length, 20_000);
      return verdicts.every(({ opened, closed }) => opened === closed);
    };
    for (let round = 0; round < 50 && !(await ask()); round++)
      await new Promise((done) => setTimeout(done, 100));
    const sum = (of: "opened" | "closed" | "numbers" | "whole") =>
      verdicts.reduce((total, verdict) => total + verdict[of], 0);
    console.log(
      `  ${KILLS} kills: ${sum("opened")} streams, ${sum("numbers")} numbers, ${sum("whole")} streams whole to their own end`,
    );
    assert.equal(
      verdicts.flatMap(({ wrong }) => wrong),
      [],
    );
    assert.is(sum("closed"), sum("opened"), "each stream has its end");
    assert.ok(sum("numbers") > KILLS * 10, "something was said");
  },
  { limitMs: KILLS * 2000 + 60_000 },
);

/** Whole numbers from 0 below `limit`. */
function xorshift(seed: number): (limit: number) => number {
  let x = seed >>> 0 || 1;
  return (limit) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x % limit;
  };
}
