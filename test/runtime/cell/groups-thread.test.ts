import { groupContract } from "../../contracts/groups.ts";
import { threadBench } from "../../contracts/thread-bench.ts";

groupContract("thread", threadBench);
