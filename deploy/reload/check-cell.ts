/**
 * The cell that reads a configuration again and judges it: it takes hundreds of milliseconds on a small board, which
 * nobody who has deadlines can spare. It is started for one question, answers and ends.
 */
import { readFileSync } from "node:fs";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { deviceViews } from "../board/device-views.ts";
import { loadConfig } from "../config/load-config.ts";
import type { CheckMessage, CheckRequest } from "./check-messages.ts";
import { judgeChange } from "./judge-change.ts";
import { writeNext } from "./running-config.ts";

/** What may change is left beside the copy of what runs, to take its place: judged and applied are the same bytes. */
export function* checkCell(self: Self, request: CheckRequest, desk: Pid): ProcessGenerator {
  const { round, file, running, emulated } = request;
  const text = textOf(file);
  const judged = text === undefined ? file : writeNext(running, text);
  const { config, problems = [], warnings } = loadConfig(judged, { emulated });
  if (config === undefined) {
    self.send(desk, { type: "checked", round, problems, warnings } satisfies CheckMessage);
    return;
  }
  const { config: old } = loadConfig(running, { emulated });
  if (old === undefined) throw new Error(`${running}, which runs, has problems`);
  const { changes, replanned } = judgeChange(old, config);
  const views = new Map(deviceViews(config).map((view) => [view.id, view]));
  for (const each of replanned) {
    const view = views.get(each.plan.id)!;
    self.send(desk, { type: "replanned", round, replanned: each, view } satisfies CheckMessage);
  }
  self.send(desk, { type: "judged", round, changes, warnings } satisfies CheckMessage);
}

/** Undefined for a file that cannot be read: who reads it again says why. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
