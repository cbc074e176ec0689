/** The program of a cell's thread where none was built for its kind: loads body and setup by their URLs. */
import { workerData } from "node:worker_threads";
import { runThread, type ThreadStart } from "./thread-main.ts";

void runThread(workerData as ThreadStart);
