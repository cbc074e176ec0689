import * as bodies from "../../contracts/changed-bodies.ts";
import { codeChangeContract } from "../../contracts/code-change.ts";
import { localBench } from "../../contracts/local-bench.ts";

codeChangeContract("local", (_, hooks) => localBench(hooks, bodies));
