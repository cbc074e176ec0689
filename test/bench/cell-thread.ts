/** The program of measured cells' threads: as a board's, it brings its modules along. */
import { workerData } from "node:worker_threads";
import { runThread } from "../../runtime/cell/thread-main.ts";
import type { ThreadStart } from "../../runtime/cell/thread-start.ts";
import * as bodies from "./cell-bodies.ts";

void runThread(workerData as ThreadStart, { "bench:cells": bodies });
