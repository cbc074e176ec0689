import { localBench } from "../../contracts/local-bench.ts";
import * as bodies from "../../contracts/talk-bodies.ts";
import { talkContract } from "../../contracts/talks.ts";

talkContract("local", (_, hooks) => localBench(hooks, bodies));
