import { groupContract } from "../../contracts/groups.ts";
import { localBench } from "../../contracts/local-bench.ts";

groupContract("local", (_, hooks) => localBench(hooks));
