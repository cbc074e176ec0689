/**
 * What SAFETY.md allows one output to be, worked out from what happened to it, not from how the guardian keeps it:
 * on-time is summed over a list of stretches each time it is asked for. All times in ms.
 */
import type { OutputPlan } from "../../../firmware/contracts/output-plan.ts";

interface Stretch {
  readonly from: number;
  to?: number;
  /** It ended by its owner's own word. */
  willing?: boolean;
}

/** How often a safe level that was not read back is tried again. */
const RETRY = 100;

export class LawfulOutput {
  readonly plan: OutputPlan;
  readonly safe: 0 | 1;
  level: number;
  released = false;
  /** Read back off, and never on since. */
  offSince: number | undefined;
  /** Whether the owner's last level still counts, or what ended it. */
  word: "stands" | "ended" | "gaveWay" = "stands";
  /** The level at which its owner lent it. */
  #lentAt: number;
  #lease = Infinity;
  #hold = Infinity;
  #retry = Infinity;
  #stretches: Stretch[] = [];
  #offFrom: number;
  #restUntil = -Infinity;
  #firings: number[] = [];
  #latched = false;
  readonly #follows: (output: LawfulOutput) => boolean;

  /** `follows`: whether the metal would read back what the law says now. */
  constructor(plan: OutputPlan, now: number, follows: (output: LawfulOutput) => boolean) {
    this.plan = plan;
    this.safe = plan.safe === "on" ? 1 : 0;
    this.level = this.safe;
    this.#lentAt = this.level;
    this.#offFrom = now;
    this.#follows = follows;
    this.#driven(now);
  }

  get isOn(): boolean {
    return this.level > 0 && !this.released;
  }

  /** Told to be safe, and did not read back so. */
  get failing(): boolean {
    return this.#retry !== Infinity;
  }

  /** Lets time go by: leases, holds, limits and retries end in their order. */
  until(now: number): void {
    for (;;) {
      const fires = this.#fires();
      const next = Math.min(this.#lease, this.#hold, this.#retry, fires);
      if (next > now) return;
      if (next === this.#retry) this.#driven(next);
      else if (next === this.#lease || next === this.#hold) this.#end(next);
      else this.#fire(next);
    }
  }

  /** Why an owner may not have this level; undefined when it may, groups apart. */
  refusal(level: number, now: number): "max_on" | "min_off" | undefined {
    if (level === 0 || level === this.safe || this.isOn) return undefined;
    if (this.#latched || now < this.#restUntil) return "max_on";
    if (now < this.#offFrom + (this.plan.minOffMs ?? 0)) return "min_off";
    return this.#used(now) >= (this.plan.maxOnMs ?? Infinity) ? "max_on" : undefined;
  }

  /** False when the metal does not follow. */
  write(level: number, now: number): boolean {
    this.#become(level, now, true);
    return this.#driven(now);
  }

  renew(now: number): "ok" | "interlock" | "max_on" | "refused" {
    if (this.word === "gaveWay") return "interlock";
    if (this.word === "ended") {
      const resting =
        this.#latched ||
        now < this.#restUntil ||
        (this.#minOffOver(now) && this.#used(now) >= (this.plan.maxOnMs ?? Infinity));
      return resting ? "max_on" : "refused";
    }
    if (this.#lease !== Infinity) this.#lease = now + this.plan.leaseMs!;
    return "ok";
  }

  /** Its owner died. */
  crash(now: number): void {
    const { onCrash, holdForMs } = this.plan;
    if (onCrash === "safe") this.goSafe(now);
    else if (onCrash === "hold") {
      if (holdForMs !== undefined && this.level !== this.safe)
        this.#hold = Math.min(this.#hold, now + holdForMs);
    } else {
      this.#become(this.safe, now, false);
      this.released = true;
    }
  }

  goSafe(now: number): void {
    this.#become(this.safe, now, false);
    this.#driven(now);
  }

  giveWay(now: number): void {
    this.goSafe(now);
    this.word = "gaveWay";
  }

  lent(): void {
    this.#lentAt = this.level;
  }

  /** Back with its owner, which did not write another level that it has now: that is not its to renew. */
  givenBack(): void {
    if (this.word === "stands" && this.level !== this.#lentAt) this.word = "ended";
  }

  clear(): void {
    this.#latched = false;
    this.#firings = [];
  }

  /** The guardian was killed and the next one found it at `found`; undefined when it was not driven. */
  adopt(found: number | undefined, now: number): void {
    const held = this.plan.onCrash === "hold" && found !== undefined;
    this.#become(held ? found : this.safe, now, false);
    this.#lease = Infinity;
    this.offSince = undefined;
    this.#offFrom = now;
    if (held && this.plan.holdForMs !== undefined && this.level !== this.safe)
      this.#hold = now + this.plan.holdForMs;
    this.#driven(now);
  }

  #become(level: number, now: number, willing: boolean): void {
    const last = this.#stretches.at(-1);
    const isRunning = last !== undefined && last.to === undefined;
    if (level > 0 && !isRunning) this.#stretches.push({ from: now });
    if (level === 0 && isRunning) {
      last.to = now;
      last.willing = willing;
      this.#offFrom = now;
    }
    this.level = level;
    this.released = false;
    this.word = "stands";
    this.#lease = level === this.safe ? Infinity : now + (this.plan.leaseMs ?? Infinity);
    this.#hold = Infinity;
    this.#retry = Infinity;
    if (level > 0) this.offSince = undefined;
  }

  #driven(now: number): boolean {
    const good = this.#follows(this);
    this.#retry = !good && this.level === this.safe ? now + RETRY : Infinity;
    if (this.level === 0) this.offSince = good ? (this.offSince ?? now) : undefined;
    return good;
  }

  #end(now: number): void {
    this.goSafe(now);
    this.word = "ended";
  }

  #fire(now: number): void {
    const { maxOnRestMs = 0, minOffMs = 0, maxOnLatch } = this.plan;
    this.#end(now);
    this.#stretches = [];
    this.#restUntil = now + Math.max(maxOnRestMs, minOffMs);
    if (maxOnLatch === undefined) return;
    this.#firings.push(now);
    const recent = this.#firings.filter((at) => now - at < maxOnLatch.windowMs);
    this.#latched = recent.length >= maxOnLatch.count;
  }

  #fires(): number {
    const last = this.#stretches.at(-1);
    if (last === undefined || last.to !== undefined) return Infinity;
    return last.from + (this.plan.maxOnMs ?? Infinity) - this.#used(last.from);
  }

  #minOffOver(now: number): boolean {
    return now >= this.#offFrom + (this.plan.minOffMs ?? 0);
  }

  /** Time on that counts at `now`: back to the last pause that was long enough. */
  #used(now: number): number {
    let used = 0;
    let pause = { from: -Infinity, needed: 0 };
    const { maxOnRestMs = 0, minOffMs = 0, maxOnMs = 0 } = this.plan;
    const rest = Math.max(maxOnRestMs, minOffMs);
    for (const { from, to, willing } of this.#stretches) {
      if (from - pause.from >= pause.needed) used = 0;
      if (to === undefined) return used + now - from;
      used += to - from;
      pause = { from: to, needed: willing === true ? rest : Math.max(rest, maxOnMs) };
    }
    return now - pause.from >= pause.needed ? 0 : used;
  }
}
