import type { InterlockPlan } from "../contracts/output-plan.ts";
import type { Output } from "./output.ts";

/** Why an output may not go on now. */
export type InterlockRefusal = "interlock" | "switching";

interface Group {
  readonly plan: InterlockPlan;
  readonly members: readonly Output[];
  readonly deadUs: number;
}

/**
 * Groups of outputs of which never two are on.
 *
 * A member may go on once every other one has read back off, and `deadTime` has passed since. Where one is on, the
 * second "on" is refused (`interlock`), or, in a group that switches, the first goes off at once and the second is told
 * to ask again (`switching`). The guardian never switches on by itself: an owner that died meanwhile must not get what
 * it wanted then. So the order "off, dead time, read back, on" is kept here, and the "on" comes from a living owner.
 *
 * Dead time also counts from the start of the guardian: what was on before is not known.
 */
export class Interlocks {
  readonly #groups: readonly Group[];

  constructor(plans: readonly InterlockPlan[], outputs: readonly Output[]) {
    this.#groups = plans.map((plan) => ({
      plan,
      members: outputs.filter(({ plan: { line } }) => plan.lines.includes(line)),
      deadUs: (plan.deadTimeMs ?? 0) * 1000,
    }));
  }

  /** Asked for a level that its owner wants and that nothing else refuses; undefined when it may have it. */
  refusal(output: Output, level: number, nowUs: number): InterlockRefusal | undefined {
    if (level === 0) return undefined;
    let refusal: InterlockRefusal | undefined;
    for (const group of this.#groups) {
      if (!group.members.includes(output)) continue;
      const found = this.#refusalIn(group, output, nowUs);
      if (found === "interlock") return found;
      refusal ??= found;
    }
    if (refusal === "switching") this.#switchOff(output, nowUs);
    return refusal;
  }

  #refusalIn({ plan, members, deadUs }: Group, output: Output, nowUs: number): InterlockRefusal | undefined {
    const blocking = members.some((other) => other !== output && nowUs < other.surelyOffUs + deadUs);
    if (!blocking) return undefined;
    return plan.onSecond === "switch" ? "switching" : "interlock";
  }

  /** One that was told to go off already, and has not read back so, is driven again by its own retries. */
  #switchOff(output: Output, nowUs: number): void {
    for (const { plan, members } of this.#groups) {
      if (plan.onSecond !== "switch" || !members.includes(output)) continue;
      for (const other of members) if (other !== output && other.isOn) other.giveWay(nowUs);
    }
  }
}
