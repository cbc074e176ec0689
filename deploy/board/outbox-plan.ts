/** What the outbox of a board is told, worked out of the configuration and the options. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { durationMs } from "../../devices/field.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { KEPT_EVENTS, outboxLimits } from "../config/outbox-schema.ts";
import type { OutboxPlan } from "../outbox/board-outbox.ts";
import type { BoardOptions } from "./options.ts";

/** Undefined where nothing is kept: for the board's own broker, unless `mqtt.outbox` is written. */
export function outboxPlan(config: BoardConfig, options: BoardOptions): OutboxPlan | undefined {
  const { outbox, url } = config.mqtt ?? {};
  if (outbox === undefined && url === undefined && options.brokerUrl === undefined) return undefined;
  const keepEveryMs = Object.entries(config.devices).flatMap(([id, { keepEvery }]) =>
    keepEvery === undefined ? [] : [[id, durationMs(keepEvery)] as const],
  );
  const events = outbox?.events ?? KEPT_EVENTS;
  if (events.length === 0 && keepEveryMs.length === 0) return undefined;
  return {
    program: fileURLToPath(new URL("../outbox/outbox-main.js", import.meta.url)),
    folder: join(options.stateFolder, config.board.id, "outbox"),
    limits: outboxLimits(outbox),
    events,
    keepEveryMs: Object.fromEntries(keepEveryMs),
  };
}
