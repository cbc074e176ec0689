/** All actors of one board in one life: the first process of their cell. */
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { commander, holder, type LeasePlan } from "./lease.ts";
import { type TalkPlan, talkers } from "./talker.ts";

export interface CompanyPlan extends Omit<TalkPlan, "name" | "peers"> {
  readonly board: string;
  /** All boards, this one among them. */
  readonly boards: readonly string[];
  readonly talkers: number;
  readonly lease: LeasePlan;
}

const HOLDER = "holder";

/** Each board commands the next in the list. */
export function* company(self: Self, plan: CompanyPlan): ProcessGenerator {
  const { board, boards, talkers: count, lease } = plan;
  const names = Array.from({ length: count }, (_, index) => `talker-${index}`);
  const others = boards.filter((other) => other !== board);
  const peers = others.flatMap((other) => names.map((name) => `${name}@${other}`));
  for (const name of names) self.spawn(talkers, [{ ...plan, name, peers }]);
  self.spawn(holder, [HOLDER, lease]);
  const next = boards[(boards.indexOf(board) + 1) % boards.length]!;
  if (next !== board) self.spawn(commander, [`${HOLDER}@${next}`, lease]);
  yield* self.receive();
}
