/** Plays a story to the guardian and to the law side by side, and says where the metal is not as the law has it. */
import { equal, is, ok } from "uvu/assert";
import type { WireHardware } from "../../../firmware/client/wire-hardware.ts";
import { PolicyBoard } from "./board.ts";
import { Law } from "./law.ts";
import type { LawfulOutput } from "./lawful-output.ts";
import { LINES, policyPlan } from "./plan.ts";
import type { Step } from "./steps.ts";

/** A rail is off after its patience and one more retry. */
const RAIL_MS = 350;

interface Handle {
  readonly epoch: number;
  readonly hardware: WireHardware;
}

export class Story {
  readonly board = new PolicyBoard();
  readonly law: Law;
  /** How often each thing happened, so that nobody is fooled by stories in which nothing does. */
  readonly counts = new Map<string, number>();
  readonly #handles = new Map<number, Handle[]>();
  /** Outputs that have a fault, or were not driven since one: what they do is not known. */
  readonly #doubtful = new Set<string>();
  /** Since when they have been driven to their safe level in vain. */
  readonly #failsMs = new Map<string, number>();
  #epoch = 0;

  constructor() {
    const plans = [...policyPlan.outputs, ...policyPlan.expanders[0].outputs].filter(({ line }) =>
      LINES.includes(line),
    );
    this.law = new Law(plans, policyPlan.interlocks, this.board.now, (output) => this.#follows(output));
    this.check("the start");
  }

  step(step: Step): void {
    const { board, law } = this;
    const { now } = board;
    this.#count(step.do);
    switch (step.do) {
      case "grant":
        this.#grant(step.slot, step.lines);
        break;
      case "write": {
        const { slot, late } = step;
        const own = step.own ? [...(law.owners.get(slot)?.outputs ?? [])] : [];
        const line = own[LINES.indexOf(step.line) % own.length] ?? step.line;
        const pwm = line === "GPIO18";
        const level = pwm ? step.level : Math.ceil(step.level);
        const handles = this.#handles.get(slot) ?? [];
        const handle = late ? handles[0] : handles.at(-1);
        if (handle === undefined) return;
        const found = codeOf(() => handle.hardware.output(line).write(level));
        const expected = law.write(slot, handle.epoch, line, level, now);
        is(found, expected, `the verdict on ${line} = ${level} of owner ${slot}`);
        this.#count(`write ${found}`);
        break;
      }
      case "renew":
        this.#renew(step.slot, step.line);
        break;
      case "renewAll":
        for (const [slot, { outputs }] of law.owners) for (const line of outputs) this.#renew(slot, line);
        break;
      case "fence":
      case "revoke": {
        const epoch = this.#handles.get(step.slot)?.at(-1)?.epoch;
        if (epoch === undefined) return;
        board.guardian[step.do]({ owner: step.slot, epoch });
        law.end(step.slot, step.do === "fence" ? "crash" : "goSafe", now);
        break;
      }
      case "transfer":
        this.#transfer(step.from, step.to, step.lend);
        break;
      case "runtimeDies":
        board.guardian.runtimeDied();
        law.runtimeDied(now);
        this.#handles.clear();
        break;
      case "guardianDies":
        this.#guardianDies();
        break;
      case "stick":
        board.stick(step.line, step.level);
        this.#doubtful.add(step.line);
        break;
      case "unplug":
        board.unplug(step.unplugged);
        for (const { line } of policyPlan.expanders[0].outputs) this.#doubtful.add(line);
        break;
      case "clear":
        board.guardian.clear(step.line);
        law.outputs.get(step.line)!.clear();
        break;
      case "pass":
        board.passMs(step.ms, () => this.check("time"));
        break;
    }
    this.check(JSON.stringify(step));
  }

  /** Every output against the law, now. */
  check(after: string): void {
    const { board, law } = this;
    const { now } = board;
    law.until(now);
    for (const output of law.outputs.values()) this.#checkOutput(output, after, now);
    for (const { name, lines } of policyPlan.interlocks) {
      const on = lines.filter((line) => this.#isOn(line) && !this.#doubtful.has(line));
      ok(on.length < 2, `${name}: ${on.join(" and ")} are on after ${after}`);
    }
  }

  #checkOutput(output: LawfulOutput, after: string, now: number): void {
    const { line } = output.plan;
    const seen = this.board.seen(line);
    const wanted = electrical(output, output.level);
    if (output.released && !this.#doubtful.has(line)) {
      is(seen.driven, false, `${line} is let go after ${after}`);
      return;
    }
    if (!this.#doubtful.has(line)) {
      this.#failsMs.delete(line);
      ok(seen.driven, `${line} is driven after ${after}`);
      is(seen.level, wanted, `${line} after ${after}`);
      return;
    }
    // Driven to its safe level in vain: that is said, and what can be cut off is.
    if (!output.failing) {
      this.#failsMs.delete(line);
      return;
    }
    ok(this.board.guardian.unsafe().includes(line), `${line} is told of as unsafe after ${after}`);
    const sinceMs = this.#failsMs.get(line) ?? now;
    this.#failsMs.set(line, sinceMs);
    if (line.startsWith("valves.") && now - sinceMs > RAIL_MS)
      is(this.board.railOn, false, `the rail of ${line} after ${after}`);
  }

  #grant(slot: number, lines: readonly string[]): void {
    const { board, law } = this;
    const epoch = ++this.#epoch;
    const grants = law.grant(slot, epoch, lines);
    let hardware: WireHardware | undefined;
    try {
      hardware = board.grant(slot, epoch, lines);
    } catch {
      // Told by its absence.
    }
    is(hardware !== undefined, grants, `a grant of ${lines.join(", ")} to owner ${slot}`);
    if (hardware === undefined) return;
    this.#count("granted");
    this.#handles.set(slot, [...(this.#handles.get(slot) ?? []).slice(-1), { epoch, hardware }]);
  }

  #renew(slot: number, line: string): void {
    const handle = this.#handles.get(slot)?.at(-1);
    if (handle === undefined) return;
    const found = codeOf(() => handle.hardware.output(line).renew());
    is(
      found,
      this.law.renew(slot, handle.epoch, line, this.board.now),
      `renewal of ${line} by owner ${slot}`,
    );
    this.#count(`renew ${found}`);
  }

  #transfer(from: number, to: number, wantsLoan: boolean): void {
    const { board, law } = this;
    const [giver, taker] = [law.owners.get(from), law.owners.get(to)];
    if (from === to || giver === undefined || taker === undefined) return;
    // A borrower has only what it borrowed, and lends nothing on.
    if (giver.lender !== undefined || taker.lender !== undefined) return;
    const lend = wantsLoan && taker.outputs.size === 0;
    const outputs = [...giver.outputs];
    const takeover = {
      outputs,
      from: { owner: from, epoch: giver.epoch },
      to: { owner: to, epoch: taker.epoch },
    };
    const refusal = board.guardian.transfer(lend ? { ...takeover, lend } : takeover);
    equal(refusal === undefined, law.transfer(from, to, outputs, lend), refusal);
    this.#count(lend ? "lent" : "transferred");
  }

  #guardianDies(): void {
    const { board, law } = this;
    law.owners.clear();
    const found = new Map(LINES.map((line) => [line, board.seen(line)]));
    board.restart();
    this.#handles.clear();
    this.#failsMs.clear();
    for (const [line, output] of law.outputs) {
      const { driven, level } = found.get(line)!;
      const known = driven && !(line.startsWith("valves.") && board.unplugged);
      output.adopt(known ? logical(output, level) : undefined, board.now);
    }
  }

  #isOn(line: string): boolean {
    const { driven, level } = this.board.seen(line);
    return driven && logical(this.law.outputs.get(line)!, level) > 0;
  }

  /** The metal reads back what the law says; asked at each drive. */
  #follows(output: LawfulOutput): boolean {
    const { line } = output.plan;
    const stuck = this.board.stuck(line);
    const isFaulty = line.startsWith("valves.") ? this.board.unplugged : stuck !== undefined;
    if (!isFaulty) this.#doubtful.delete(line);
    return !isFaulty || stuck === electrical(output, output.level);
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

function electrical({ plan }: LawfulOutput, level: number): number {
  return plan.activeLow ? 1 - level : level;
}

function logical({ plan }: LawfulOutput, level: number): number {
  return plan.activeLow ? 1 - level : level;
}

function codeOf(call: () => unknown): string {
  try {
    call();
    return "ok";
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}
