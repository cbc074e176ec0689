import { groupContract } from "../../contracts/groups.ts";
import { processBench } from "../../contracts/thread-bench.ts";

groupContract("child", processBench("mixed"));
