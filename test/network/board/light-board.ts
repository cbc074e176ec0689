/**
 * A board without devices, as a program of its own: a real kernel, a real link, and the actors. Its argument is its plan;
 * lines on its standard input are jumps of its wall clock.
 */
import { createInterface } from "node:readline";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import type { CompanyPlan } from "../actors/company.ts";
import { type BoardCellPlan, CLOCK } from "./board-cells.ts";

export interface LightBoardPlan {
  readonly link: BoardCellPlan;
  readonly company: CompanyPlan;
}

const { link, company } = JSON.parse(process.argv[2]!) as LightBoardPlan;
const kernel = new ThreadKernel({ board: link.board, clock: new SystemClock() });
const cells = new URL("./board-cells.js", import.meta.url).href;
kernel.startCell({
  name: "link",
  loop: "event",
  body: { module: cells, name: "linkCell" },
  setup: { module: cells, name: "linkSetup", data: link },
  args: [],
});
kernel.startCell({
  name: "actors",
  heapMb: 128,
  body: { module: new URL("../actors/company.js", import.meta.url).href, name: "company" },
  setup: { module: cells, name: "actorSetup", data: link },
  args: [company],
});
for await (const line of createInterface({ input: process.stdin })) kernel.cell.post(CLOCK, JSON.parse(line));
