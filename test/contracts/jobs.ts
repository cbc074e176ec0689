/** What jobs promise wherever they run: under a cranked clock, and in threads that a watchdog watches. */
import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import type { MakeBench } from "./cells.ts";

const LIVES = 4;

export const jobBodiesUrl = new URL("./job-bodies.js", import.meta.url).href;

export function jobContract(kind: string, make: MakeBench): void {
  spec(
    `${kind}: jobs that wait in vain are aborted one by one, none hangs, none is lost`,
    async (t) => {
      const ends: string[] = [];
      const bench = make(t, { ended: (line) => ends.push(line), crashed: (line) => ends.push(line) });
      const body = { module: jobBodiesUrl, name: "waitsInVain" };
      // A thread that gets no core from a job's begin past its hard deadline hangs, as far as anybody can tell; not every time.
      for (let life = 1; life <= LIVES && !ends.at(-1)?.endsWith("normal"); life++) {
        bench.kernel.startCell({ name: "vain", body, args: [50] });
        await bench.until(() => ends.length === life);
      }
      assert.equal(await bench.next(), ["50 of 50 aborted, 0 early, 0 other misses, 0 lost"]);
      assert.match(ends.at(-1)!, /^vain \d ended: normal$/);
      await bench.quiet();
    },
    { limitMs: 30_000 },
  );
}
