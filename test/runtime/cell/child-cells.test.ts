import { cellContract } from "../../contracts/cells.ts";
import { processBench } from "../../contracts/thread-bench.ts";

cellContract("child", processBench("child"));
cellContract("mixed", processBench("mixed"));
