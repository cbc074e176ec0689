import * as assert from "uvu/assert";
import * as jobBodies from "../../contracts/job-bodies.ts";
import { jobBodiesUrl, jobContract } from "../../contracts/jobs.ts";
import { localBench } from "../../contracts/local-bench.ts";
import { watchedBench } from "../../contracts/watched-bench.ts";
import { spec } from "../../harness/spec.ts";

jobContract("local", (_, hooks) => localBench(hooks, jobBodies));
jobContract("threads", watchedBench);

spec(
  "a job that hangs after it has waited is hung by its own hard deadline, not by its cell's longest slice",
  async (t) => {
    const log: string[] = [];
    const bench = watchedBench(t, { ended: (line) => log.push(line), crashed: (line) => log.push(line) });
    const body = { module: jobBodiesUrl, name: "hangsAfterWait" };
    bench.kernel.startCell({ name: "hang", body, args: [], hangLimitUs: 3_600_000_000 });
    assert.equal(await bench.next(), ["begun"]);
    await bench.until(() => log.length > 0);
    assert.equal(log, ["hang 1 ended: hung"]);
  },
  { limitMs: 30_000 },
);
