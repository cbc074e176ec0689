import { inspectionContract } from "../../contracts/inspection.ts";
import { processBench } from "../../contracts/thread-bench.ts";

inspectionContract("child", processBench("child"));
