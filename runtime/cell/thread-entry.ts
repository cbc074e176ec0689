/** The program of a cell's thread where none was built for its kind: loads body and setup by their URLs. */
import { workerData } from "node:worker_threads";
import { runThread } from "./thread-main.ts";
import type { ThreadStart } from "./thread-start.ts";

void runThread(workerData as ThreadStart);
