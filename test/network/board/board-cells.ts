/** The two cells of a light board: one speaks with other boards over the broker, in the other the actors live. */
import type { BoardGate } from "../../../runtime/cell/board-gate.ts";
import type { CellEnvironment } from "../../../runtime/cell/thread-start.ts";
import type { CellResources } from "../../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { joinBroker, type OutsidePlan } from "../../end-to-end/outside-link.ts";
import { drawer } from "../../soak/draw.ts";
import type { ActorResources } from "../actors/witness.ts";
import { HistoryFile } from "./history-file.ts";

export interface BoardCellPlan extends OutsidePlan {
  /** Where its entries go. */
  readonly history: string;
  readonly seed: number;
}

interface LinkResources extends CellResources {
  readonly plan: BoardCellPlan;
  readonly gate: BoardGate;
  nowUs(): number;
}

/** Name of the process that takes changes of the wall clock. */
export const CLOCK = "clock";

/** The board's clock of the world jumps: so far ahead from now on, ms. The monotonic one knows nothing of that. */
export interface ClockJump {
  readonly type: "jump";
  readonly aheadMs: number;
}

/** A lost connection is seen, and tried again, within seconds: histories are short. */
const PATIENCE = { keepaliveS: 3, backoffMs: { min: 100, max: 2000 } } as const;

export function linkSetup({ boards, clock, data }: CellEnvironment): LinkResources {
  return { plan: data as BoardCellPlan, gate: boards!, nowUs: () => clock.now() };
}

/** Until the kernel ends it. */
export function* linkCell(self: Self<ClockJump>): ProcessGenerator {
  const { plan, gate, nowUs } = self.resources as LinkResources;
  const history = new HistoryFile(plan.history);
  const who = `${plan.board}#${plan.life}`;
  let aheadMs = 0;
  const tell = ({ kind, peer, life, state, cause }: Readonly<Record<string, unknown>>) => {
    if (kind !== "link") return;
    const about = { atUs: nowUs(), who, peer: `${peer}#${life}` };
    if (state === "up") history.write({ ...about, what: "linkUp" });
    else history.write({ ...about, what: "linkDown", cause: String(cause) });
  };
  joinBroker(plan, { gate, nowUs, wallMs: () => Date.now() + aheadMs, tell }, PATIENCE);
  self.register(CLOCK);
  for (;;) ({ aheadMs } = yield* self.receive("jump"));
}

export function actorSetup({ data }: CellEnvironment): ActorResources {
  const { board, life, seed, history } = data as BoardCellPlan;
  const file = new HistoryFile(history);
  return {
    home: { board, life },
    draw: drawer([...board].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 1000 * seed + life)),
    write: (entry) => file.write(entry),
  };
}
