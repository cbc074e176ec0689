/** The program of the cell that reads a configuration again; the build makes one file of it. */
import { workerData } from "node:worker_threads";
import { runThread } from "../../runtime/cell/thread-main.ts";
import type { ThreadStart } from "../../runtime/cell/thread-start.ts";
import * as check from "../reload/check-cell.ts";
import { MODULE } from "./cell-modules.ts";

void runThread(workerData as ThreadStart, { [MODULE.reload]: check });
