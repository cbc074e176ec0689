import type { GuardianEvent } from "../contracts/control.ts";
import type { OutputPlan } from "../contracts/output-plan.ts";
import { type KeptOnTimes, OnTime } from "./on-time.ts";

/** Effects of an output's policy. Levels here are electrical. */
export interface OutputEffects {
  /** Drives the output by policy; the level read back comes to `readBack`. */
  drive(output: Output, level: number): void;
  /** The line becomes an input. */
  release(output: Output): void;
  event(event: GuardianEvent): void;
  /** Where on-times outlive the guardian; absent: nowhere. */
  readonly onTimes?: KeptOnTimes | undefined;
}

/** How often an output that does not read back its safe level is driven again. */
const RETRY_US = 100_000;
/** How often people are told of an output that stays unsafe. */
const UNSAFE_EVERY_US = 10_000_000;
/** PWM duty is read back in steps of the timer. */
const PWM_TOLERANCE = 0.001;

/**
 * The policy of one output: what its level may be whatever lives or dies above it (SAFETY.md).
 *
 * Levels are logical; "away" is any level other than the safe one. The lease bounds time away, so for
 * `safe: "on"` its end switches the output on. `maxOn` and `minOff` exist only with `safe: "off"`: with
 * `safe: "on"` they would force or keep the output off its safe level (`planProblems` refuses that).
 */
export class Output {
  readonly plan: OutputPlan;
  readonly index: number;
  readonly safeLevel: 0 | 1;
  /** Drives so far: the answer to an earlier one says nothing of the level commanded now. */
  drives = 0;
  readonly #effects: OutputEffects;
  readonly #onTime: OnTime;
  readonly #leaseUs: number;
  #level: number;
  #released = false;
  /** Nobody has commanded it since the guardian started. */
  #untouched = true;
  /** The level was read back since it was commanded. */
  #confirmed = false;
  /** The owner's level was ended by policy, or by another output that it gave way to, and it has not written since. */
  #takenBack: "no" | "policy" | "interlock" = "no";
  /** Its level when it was lent. */
  #lentLevel = 0;
  /** Since when it is known to be off; Infinity while it is not. */
  #surelyOffUs = Infinity;
  #leaseEndUs = Infinity;
  #holdEndUs = Infinity;
  #retryUs = Infinity;
  #unsafeToldUs = Number.NEGATIVE_INFINITY;

  constructor(plan: OutputPlan, index: number, effects: OutputEffects, startUs: number) {
    this.plan = plan;
    this.index = index;
    this.safeLevel = plan.safe === "on" ? 1 : 0;
    this.#level = this.safeLevel;
    this.#effects = effects;
    this.#onTime = new OnTime(plan, startUs, effects.onTimes?.before(plan, startUs));
    this.#leaseUs = (plan.leaseMs ?? Infinity) * 1000;
  }

  /** The level last commanded, by an owner or by policy. */
  get level(): number {
    return this.#level;
  }

  /** Commanded on, and not let go. */
  get isOn(): boolean {
    return this.#level > 0 && !this.#released;
  }

  /** Commanded safe, and not read back so (yet). */
  get unsafe(): boolean {
    return this.#level === this.safeLevel && !this.#released && !this.#confirmed;
  }

  /** When it was first read back off after it had been, or might have been, on; Infinity while it may be on. */
  get surelyOffUs(): number {
    return this.#surelyOffUs;
  }

  /** `maxOn` has latched it off as a fault, until somebody clears that. */
  get latched(): boolean {
    return this.#onTime.latched;
  }

  /** Was driven to its safe level, did not read it back, and is to be driven again. */
  get failsSafe(): boolean {
    return this.#retryUs !== Infinity;
  }

  get electrical(): number {
    return this.toElectrical(this.#level);
  }

  /** When `expire` has something to do; Infinity when nothing is due. */
  get nextUs(): number {
    return Math.min(this.#leaseEndUs, this.#holdEndUs, this.#retryUs, this.#onTime.firesAtUs);
  }

  /**
   * The guardian starts: an output found driven is kept if its policy holds, everything else goes safe. One that was
   * commanded before it could be looked at is driven as commanded.
   */
  adopt(found: number | undefined, nowUs: number): void {
    if (!this.#untouched) return;
    this.#untouched = false;
    const held = found !== undefined && this.plan.onCrash === "hold";
    this.#level = held ? this.toLogical(found) : this.safeLevel;
    // One that was on when the guardian before died was on until now.
    if (this.#level > 0) this.#onTime.on(nowUs);
    else this.#onTime.off(nowUs, true);
    if (held) this.#hold(nowUs);
    this.#effects.drive(this, this.electrical);
    this.#keep();
  }

  /** Why an owner may not command this level now; undefined when it may. */
  refusal(level: number, nowUs: number): "refused" | "min_off" | "max_on" | undefined {
    if (!this.#valid(level)) return "refused";
    if (level === this.safeLevel || level === 0 || this.isOn) return undefined;
    return this.#onTime.refusal(nowUs);
  }

  /** An owner commands a level. On `ok` the caller drives `electrical`. */
  write(level: number, nowUs: number): "ok" | "refused" | "min_off" | "max_on" {
    const refusal = this.refusal(level, nowUs);
    if (refusal === undefined) {
      this.#become(level, nowUs, false);
      this.#keep();
    }
    return refusal ?? "ok";
  }

  /**
   * The owner still wants the level it commanded. Refused when policy took that level back since: an owner that
   * went on renewing would believe for ever in a level that is gone.
   */
  renew(nowUs: number): "ok" | "refused" | "max_on" | "interlock" {
    if (this.#takenBack === "interlock") return "interlock";
    if (this.#takenBack === "policy") return this.#onTime.refusal(nowUs) === "max_on" ? "max_on" : "refused";
    if (this.#leaseEndUs !== Infinity) this.#leaseEndUs = nowUs + this.#leaseUs;
    return "ok";
  }

  /** The owner died, hangs or was fenced. */
  crash(nowUs: number): void {
    if (this.plan.onCrash === "hold") {
      this.#hold(nowUs);
    } else if (this.plan.onCrash === "release") {
      this.#become(this.safeLevel, nowUs, true);
      this.#onTime.off(nowUs, true);
      this.#released = true;
      this.#effects.release(this);
      this.#keep();
    } else {
      this.safe(nowUs);
    }
  }

  /** Goes to the safe level; never delayed, and driven even when it should be there already. */
  safe(nowUs: number): void {
    this.#become(this.safeLevel, nowUs, true);
    this.#effects.drive(this, this.electrical);
    this.#keep();
  }

  /** Goes off because another output of its interlock group is wanted on. */
  giveWay(nowUs: number): void {
    this.safe(nowUs);
    this.#takenBack = "interlock";
    this.#effects.event({ kind: "gaveWay", line: this.plan.line, atUs: nowUs });
  }

  /** Its owner lends it. */
  lent(): void {
    this.#lentLevel = this.#level;
  }

  /** It goes back as it is. At another level than when it was lent, its owner has not written that, and renews nothing. */
  givenBack(): void {
    if (this.#takenBack === "no" && this.#level !== this.#lentLevel) this.#takenBack = "policy";
  }

  /** Carries out what is due at `nowUs`. */
  expire(nowUs: number): void {
    if (this.#retryUs <= nowUs) {
      this.#retryUs = Infinity;
      this.#effects.drive(this, this.electrical);
    }
    if (Math.min(this.#holdEndUs, this.#leaseEndUs) <= Math.min(nowUs, this.#onTime.firesAtUs)) {
      this.#ended(this.#holdEndUs <= this.#leaseEndUs ? "holdEnded" : "leaseExpired", nowUs);
    }
    if (this.#onTime.firesAtUs <= nowUs) {
      this.#ended(this.#onTime.fire(nowUs) ? "maxOnLatched" : "maxOn", nowUs);
    }
  }

  /**
   * The level read back after a drive to `expected`; NaN when the line failed. True when it is as written. `drive`: which
   * one is answered, by default the last.
   */
  readBack(expected: number, level: number, nowUs: number, drive = this.drives): boolean {
    const tolerance = this.plan.kind === "pwm" ? PWM_TOLERANCE : 0;
    const good = Math.abs(level - expected) <= tolerance;
    if (drive !== this.drives) return good;
    if (expected === this.electrical) this.#confirm(good, nowUs);
    if (good) this.#unsafeToldUs = Number.NEGATIVE_INFINITY;
    if (good || this.#released) return good;
    const event = { line: this.plan.line, level: Number.isNaN(level) ? null : level, atUs: nowUs };
    if (expected === this.toElectrical(this.safeLevel) && this.#level === this.safeLevel) {
      this.#retryUs = nowUs + RETRY_US;
      if (nowUs - this.#unsafeToldUs >= UNSAFE_EVERY_US) {
        this.#unsafeToldUs = nowUs;
        this.#effects.event({ kind: "unsafe", ...event });
      }
    } else {
      this.#effects.event({ kind: "readBack", written: expected, ...event });
    }
    return false;
  }

  /** An operator acknowledged a latched `maxOn` fault. */
  clear(nowUs: number): void {
    if (this.#onTime.latched)
      this.#effects.event({ kind: "faultCleared", line: this.plan.line, atUs: nowUs });
    this.#onTime.clear();
    this.#keep();
  }

  toElectrical(level: number): number {
    return this.plan.activeLow ? 1 - level : level;
  }

  toLogical(level: number): number {
    return this.plan.activeLow ? 1 - level : level;
  }

  #valid(level: number): boolean {
    if (this.plan.kind === "line") return level === 0 || level === 1;
    return level >= 0 && level <= 1;
  }

  #become(level: number, nowUs: number, forced: boolean): void {
    this.#level = level;
    this.#untouched = false;
    this.#released = false;
    this.#confirmed = false;
    this.#takenBack = "no";
    if (level > 0) this.#surelyOffUs = Infinity;
    this.#holdEndUs = Infinity;
    this.#retryUs = Infinity;
    this.#leaseEndUs = level === this.safeLevel ? Infinity : nowUs + this.#leaseUs;
    if (level > 0) this.#onTime.on(nowUs);
    else this.#onTime.off(nowUs, forced);
  }

  #keep(): void {
    const record = this.#onTime.takeRecord();
    if (record !== undefined) this.#effects.onTimes?.keep(this.plan.line, record);
  }

  #confirm(good: boolean, nowUs: number): void {
    this.#confirmed = good;
    if (this.#level > 0) return;
    if (!good) this.#surelyOffUs = Infinity;
    else if (this.#surelyOffUs === Infinity) this.#surelyOffUs = nowUs;
  }

  #hold(nowUs: number): void {
    const { holdForMs } = this.plan;
    if (holdForMs === undefined || this.#level === this.safeLevel) return;
    this.#holdEndUs = Math.min(this.#holdEndUs, nowUs + holdForMs * 1000);
  }

  #ended(kind: "holdEnded" | "leaseExpired" | "maxOn" | "maxOnLatched", nowUs: number): void {
    this.safe(nowUs);
    this.#takenBack = "policy";
    this.#effects.event({ kind, line: this.plan.line, atUs: nowUs });
  }
}
