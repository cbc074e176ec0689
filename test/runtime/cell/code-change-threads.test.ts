import { codeChangeContract } from "../../contracts/code-change.ts";
import { threadBench } from "../../contracts/thread-bench.ts";

codeChangeContract("thread", (t, hooks) => threadBench(t, hooks));
