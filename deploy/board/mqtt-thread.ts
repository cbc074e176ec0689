/** The program of the MQTT cell; the build makes one file of it. */
import { workerData } from "node:worker_threads";
import { runThread } from "../../runtime/cell/thread-main.ts";
import type { ThreadStart } from "../../runtime/cell/thread-start.ts";
import { MODULE } from "./cell-modules.ts";
import * as mqtt from "./mqtt-cell.ts";

void runThread(workerData as ThreadStart, { [MODULE.mqtt]: mqtt });
