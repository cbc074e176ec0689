/** The program of device and controller cells; the build makes one file of it, because ten threads load it. */
import { workerData } from "node:worker_threads";
import * as cells from "../../devices/handler/cells.ts";
import * as sharedCell from "../../devices/handler/shared-cell.ts";
import { runThread } from "../../runtime/cell/thread-main.ts";
import type { ThreadStart } from "../../runtime/cell/thread-start.ts";
import * as guests from "../links/guest-cell.ts";
import { MODULE } from "./cell-modules.ts";
import * as hardware from "./hardware-setup.ts";

void runThread(workerData as ThreadStart, {
  [MODULE.cells]: cells,
  [MODULE.sharedCell]: sharedCell,
  [MODULE.hardware]: hardware,
  [MODULE.guests]: guests,
});
