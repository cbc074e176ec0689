import { cellContract } from "../../contracts/cells.ts";
import { threadBench } from "../../contracts/thread-bench.ts";

cellContract("thread", threadBench);
