import { inspectionContract } from "../../contracts/inspection.ts";
import { localBench } from "../../contracts/local-bench.ts";

inspectionContract("local", (_, hooks) => localBench(hooks));
