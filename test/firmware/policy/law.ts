/** Who owns which output, and what may be on beside what: the law for a whole board, and its verdict on every request. */
import type { InterlockPlan, OutputPlan } from "../../../firmware/contracts/output-plan.ts";
import { LawfulOutput } from "./lawful-output.ts";

interface Owner {
  epoch: number;
  readonly outputs: Set<string>;
  lender: number | undefined;
}

export class Law {
  readonly outputs: ReadonlyMap<string, LawfulOutput>;
  /** The living owners by slot. */
  readonly owners = new Map<number, Owner>();
  readonly #groups: readonly InterlockPlan[];

  constructor(
    plans: readonly OutputPlan[],
    groups: readonly InterlockPlan[],
    now: number,
    follows: (output: LawfulOutput) => boolean,
  ) {
    this.outputs = new Map(plans.map((plan) => [plan.line, new LawfulOutput(plan, now, follows)]));
    this.#groups = groups;
  }

  until(now: number): void {
    for (const output of this.outputs.values()) output.until(now);
  }

  /** Whether an owner may be granted these outputs. */
  grant(slot: number, epoch: number, lines: readonly string[]): boolean {
    const free = lines.every((line) => this.#ownerOf(line) === undefined);
    if (this.owners.has(slot) || !free) return false;
    this.owners.set(slot, { epoch, outputs: new Set(lines), lender: undefined });
    return true;
  }

  write(slot: number, epoch: number, line: string, level: number, now: number): string {
    const owner = this.owners.get(slot);
    if (owner?.epoch !== epoch) return "fenced";
    if (!owner.outputs.has(line)) return "not_owner";
    const output = this.outputs.get(line)!;
    const refusal = output.refusal(level, now) ?? (level > 0 ? this.#interlock(output, now) : undefined);
    if (refusal !== undefined) return refusal;
    return output.write(level, now) ? "ok" : "read_back";
  }

  renew(slot: number, epoch: number, line: string, now: number): string {
    const owner = this.owners.get(slot);
    if (owner?.epoch !== epoch) return "fenced";
    return owner.outputs.has(line) ? this.outputs.get(line)!.renew(now) : "not_owner";
  }

  /** An owner ends; `how` it does says what its outputs do. */
  end(slot: number, how: "crash" | "goSafe", now: number): void {
    const owner = this.owners.get(slot);
    if (owner === undefined) return;
    this.owners.delete(slot);
    const lender = owner.lender === undefined ? undefined : this.owners.get(owner.lender);
    for (const line of owner.outputs) {
      if (lender === undefined) this.outputs.get(line)![how](now);
      else {
        lender.outputs.add(line);
        this.outputs.get(line)!.givenBack();
      }
    }
    for (const [borrower, { lender }] of this.owners) if (lender === slot) this.end(borrower, how, now);
  }

  transfer(from: number, to: number, lines: readonly string[], lend: boolean): boolean {
    const [giver, taker] = [this.owners.get(from), this.owners.get(to)];
    if (giver === undefined || taker === undefined || !lines.every((line) => giver.outputs.has(line)))
      return false;
    for (const line of lines) {
      giver.outputs.delete(line);
      taker.outputs.add(line);
      if (lend) this.outputs.get(line)!.lent();
    }
    taker.lender = lend ? from : undefined;
    return true;
  }

  runtimeDied(now: number): void {
    for (const slot of [...this.owners.keys()]) this.end(slot, "crash", now);
  }

  #ownerOf(line: string): number | undefined {
    return [...this.owners].find(([, { outputs }]) => outputs.has(line))?.[0];
  }

  #interlock(wanted: LawfulOutput, now: number): "interlock" | "switching" | undefined {
    const groups = this.#groups.filter(({ lines }) => lines.includes(wanted.plan.line));
    const others = ({ lines }: InterlockPlan) =>
      lines.filter((line) => line !== wanted.plan.line).map((line) => this.outputs.get(line)!);
    const blocks = groups.filter((group) =>
      others(group).some(
        ({ offSince }) => offSince === undefined || now - offSince < (group.deadTimeMs ?? 0),
      ),
    );
    if (blocks.length === 0) return undefined;
    if (blocks.some(({ onSecond }) => onSecond !== "switch")) return "interlock";
    for (const group of blocks) for (const other of others(group)) if (other.isOn) other.giveWay(now);
    return "switching";
  }
}
