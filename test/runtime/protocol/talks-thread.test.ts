import * as assert from "uvu/assert";
import { talkContract, talking } from "../../contracts/talks.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { spec } from "../../harness/spec.ts";

talkContract("thread", threadBench);

spec(
  "thread: who was runnable while another process of its cell ran is not blamed, and gets its time",
  async (t) => {
    const log: string[] = [];
    const note = (line: string) => void log.push(line);
    const { kernel, next } = threadBench(t, { ended: note, crashed: note });
    const meter = kernel.startCell(talking("meter", "hogged", [400]));
    kernel.startCell(talking("client", "asking", [meter, 1, 1]));
    const [first] = await next();
    // A client that stood still itself for as long hears the answer and looks no further.
    if (first === "missed by scheduler") assert.equal(await next(), ["1 answers, over"]);
    else assert.is(first, "1 answers, over");
    assert.equal(
      log.filter((line) => line.includes("contract")),
      [],
    );
  },
  { limitMs: 30_000 },
);
