/** Expanders and the outputs behind them. Buses, addresses and lines that are used twice: `check-wiring.ts`. */
import { expanderNamed } from "../../devices/expander-catalogue.ts";
import { nearest } from "../nearest.ts";
import type { BoardDraft, DeviceDraft } from "./draft.ts";
import { expanderPin } from "./expander-schema.ts";
import type { Report } from "./problem.ts";
import { alternatives } from "./shape.ts";

/** Every output that names a pin of an expander. */
export function checkExpanders(board: BoardDraft, report: Report): void {
  for (const device of board.devices) checkPin(device, board, report);
  for (const { id, at } of board.expanders) {
    const used = board.devices.some(({ fields: { line } }) => line?.startsWith(`${id}.`) === true);
    if (!used) report.warning(at, "no device is at a pin of this expander: it is left alone");
  }
}

function checkPin({ at, fields }: DeviceDraft, board: BoardDraft, report: Report): void {
  const { line, onCrash } = fields;
  const place = line && expanderPin(line);
  if (place === undefined) return;
  const known = board.expanders.map(({ id }) => id);
  const expander = board.expanders.find(({ id }) => id === place.expander);
  if (expander === undefined) {
    if (board.broken.has("expanders")) return;
    const allowed =
      known.length === 0
        ? 'an expander that "expanders" describes; there is none'
        : `a pin of ${alternatives(known)}`;
    const near = nearest(place.expander, known);
    report.problem([...at, "line"], line, allowed, near && `${near}.${place.pin}`);
    return;
  }
  const { chip } = expander.fields;
  const pins = chip === undefined ? [] : expanderNamed(chip).pins;
  if (chip !== undefined && !pins.includes(place.pin)) {
    const near = nearest(place.pin, pins);
    report.problem(
      [...at, "line"],
      line,
      `a pin of ${place.expander}: ${pins.join(", ")}`,
      near && `${place.expander}.${near}`,
    );
  }
  if (onCrash === "release") {
    report.problem(
      [...at, "onCrash"],
      onCrash,
      '"safe" or "hold": a bus cannot promise that a pin was let go',
    );
  }
}
