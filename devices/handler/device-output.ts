/** The output of an actuator: commands in, level out, lease renewed while a living command justifies it. */
import { LineError } from "../../firmware/contracts/line.ts";
import type { Command } from "../command-spec.ts";
import type { DriveAnswer, DriveMessage, ReleaseMessage } from "./contracts.ts";
import type { DevicePlan } from "./device-plan.ts";
import { leaseState } from "./lease-state.ts";
import { type StatePatch, TELEMETRY } from "./messages.ts";
import { type CommandsSnapshot, OutputCommand, type Verdict } from "./output-command.ts";
import { fieldScale, type OutputScale } from "./output-scale.ts";
import { isPolicyRefusal } from "./policy-refusal.ts";
import type { DeviceTask, Measurement, Speaker } from "./task.ts";

/** Refused controllers that are remembered. */
const MOST_REFUSED = 16;

type Refusal = Pick<Extract<DriveAnswer, { readonly type: "refused" }>, "code" | "reason">;

/** How the device tells people. */
interface Voice {
  patch(change: StatePatch): void;
  event(detail: { kind: string; [key: string]: unknown }): void;
}

export interface OutputSnapshot {
  readonly level: number | undefined;
  readonly untouched: boolean;
  readonly running: boolean;
  readonly waitsFor: string | undefined;
  readonly commands: CommandsSnapshot;
}

export class DeviceOutput {
  readonly #self: Speaker;
  readonly #plan: DevicePlan;
  readonly #task: DeviceTask;
  readonly #voice: Voice;
  readonly #command: OutputCommand;
  readonly #scale: OutputScale;
  /** The level last driven; `undefined` when it is not known what the line does. */
  #level: number | undefined;
  /** Nothing was driven since the start: a level found may be one that is held. */
  #untouched = true;
  #changed = false;
  /** People were told of a time that runs down. */
  #running = false;
  /** What the guardian refuses a controller for at present: told once, not each period. */
  #waitsFor: string | undefined;
  /** Who is refused, and why: told once, not each period. */
  readonly #refused = new Map<string, string>();

  constructor(self: Speaker, plan: DevicePlan, task: DeviceTask, voice: Voice) {
    if (plan.output === undefined) throw new TypeError(`${plan.id} has no output`);
    this.#self = self;
    this.#plan = plan;
    this.#task = task;
    this.#voice = voice;
    const { commandForMs, ownedBy, maxOverrideMs, lent } = plan;
    this.#command = new OutputCommand({
      safe: plan.output.safe,
      ...(commandForMs !== undefined && { commandForMs }),
      ...(ownedBy !== undefined && { ownedBy }),
      ...(maxOverrideMs !== undefined && { maxOverrideMs }),
      ...(lent && { lent }),
    });
    this.#scale = task.scale ?? fieldScale(plan.command);
  }

  /** All that it knows, for the next version of the driver. */
  snapshot(): OutputSnapshot {
    return {
      level: this.#level,
      untouched: this.#untouched,
      running: this.#running,
      waitsFor: this.#waitsFor,
      commands: this.#command.snapshot(),
    };
  }

  /** Goes on with the line as it is. */
  goOn({ level, untouched, running, waitsFor, commands }: OutputSnapshot): void {
    this.#level = level;
    this.#untouched = untouched;
    this.#running = running;
    this.#waitsFor = waitsFor;
    this.#command.goOn(commands);
  }

  /** When a command ends by itself, us. */
  nextUs(): number {
    return this.#command.endsAtUs();
  }

  /** A person's command, already checked against the device's schema. */
  command(command: Command): void {
    const level = this.#scale.level(command.values);
    this.#answer(command, this.#command.fromPerson(command, level, this.#self.nowUs()));
  }

  /** Whether a person's command asks for the safe level, which is accepted in every mode. */
  isSafe({ values }: Command): boolean {
    return this.#scale.level(values) === this.#safeLevel();
  }

  /** A controller's command. Answers once a line was driven so, or why not. `trusted`: the device is in a mode above safe. */
  drive(message: DriveMessage, trusted: boolean, answer: (answer: DriveAnswer) => void): void {
    const { controller, level, forMs, sampledAtUs, fresh } = message;
    const refusal = trusted ? this.#refusal(controller, level, forMs) : this.#notTrusted();
    if (refusal !== undefined) {
      answer({ type: "refused", controller, ...refusal });
      return;
    }
    this.#tellRemaining();
    const atUs = this.#self.nowUs();
    answer({ type: "driven", controller, level: this.#level ?? 0, sampledAtUs, fresh, atUs });
  }

  /** Who commanded it commands no more: its command ends now, as if its time were over. */
  release({ controller, why }: ReleaseMessage): void {
    if (this.#command.release(controller, this.#self.nowUs())) {
      this.#voice.event({ kind: "commandExpired", level: this.#wanted(), by: controller, cause: why });
      this.#follow(undefined, true);
    }
    this.#tellRemaining();
  }

  refuse(command: Command, reason: string): void {
    this.#self.send(TELEMETRY, { type: "refused", device: this.#plan.id, command, reason });
  }

  /** Commands that have ended by time: the output follows, and people are told. */
  expire(): void {
    const nowUs = this.#self.nowUs();
    const { commander } = this.#command;
    if (!this.#command.expire(nowUs)) {
      if (this.#level !== undefined && this.#level !== this.#wanted()) this.#follow(undefined, true);
      return;
    }
    const by = commander === undefined ? {} : { by: commander };
    this.#voice.event({ kind: "commandExpired", level: this.#wanted(), ...by });
    this.#follow(undefined, true);
    this.#tellRemaining();
  }

  /** Once a job, after its measurement: the level is still wanted. */
  renew(measured: readonly Measurement[]): void {
    if (this.#level === undefined) {
      const found = this.#scale.found(measured);
      if (found === this.#safeLevel() && this.#wanted() === this.#safeLevel()) {
        this.#level = this.#safeLevel();
      } else if (!this.#untouched) {
        // The last drive failed half-way or was refused: the line is not where it should be.
        this.#follow(undefined, true);
      } else if (found !== undefined) {
        // Held over a restart: it stays as it is, and from now on it has an end again.
        this.#command.adopt(found, this.#self.nowUs());
        this.#level = found;
        this.#untouched = false;
        this.announce();
      }
    } else if (this.#level !== this.#wanted() || this.#level !== this.#safeLevel()) {
      this.#follow(undefined, this.#level !== this.#wanted());
    }
    this.#tellRemaining();
  }

  toSafe(cause: string): void {
    this.#command.clear();
    this.#untouched = false;
    this.#level = undefined;
    this.#voice.event({ kind: "safe", cause });
    try {
      this.#task.drive?.(this.#safeLevel());
    } catch (error) {
      // Each job tries again; meanwhile, unrenewed, the guardian's line lease ends the level.
      if (!(error instanceof LineError)) throw error;
    }
    this.#changed = true;
    this.announce();
  }

  /** True once after the level was driven: it should be read back and published. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  announce(): void {
    this.#voice.patch({ commanded: this.#scale.values(this.#wanted()) });
    this.#tellRemaining();
  }

  #answer(command: Command, verdict: Verdict): void {
    if (!verdict.accepted) this.refuse(command, verdict.reason);
    else if (this.#follow(command, true)) this.announce();
  }

  /** Brings the line to the wanted level; false when the guardian refused. */
  #follow(command: Command | undefined, differs: boolean): boolean {
    let changed = differs;
    const wanted = this.#wanted();
    this.#untouched = false;
    try {
      if (!changed && wanted !== this.#safeLevel()) changed = !this.#renewed();
      if (changed) this.#task.drive?.(wanted);
    } catch (error) {
      // Whether the line moved is not known: the next job drives it to what is wanted then.
      this.#level = undefined;
      if (!(error instanceof LineError) || !isPolicyRefusal(error)) throw error;
      // The other output of its interlock group goes off first: asked again next period.
      if (error.code !== "switching") this.#command.deny();
      if (error.code !== "switching" && command !== undefined) this.refuse(command, error.message);
      else if (this.#waitsFor !== error.code) this.#voice.event({ kind: "waits", cause: error.message });
      this.#waitsFor = error.code;
      this.announce();
      return false;
    }
    this.#level = wanted;
    this.#waitsFor = undefined;
    if (changed) {
      this.#changed = true;
      this.announce();
      this.#voice.event({ kind: "output", level: wanted });
    }
    return true;
  }

  /** False when the guardian took the level back (lease, `maxOn`): it has to be driven anew, if it may. */
  #renewed(): boolean {
    try {
      this.#task.renew?.();
      return true;
    } catch (error) {
      if (!(error instanceof LineError) || !isPolicyRefusal(error)) throw error;
      // So that the driver knows, too: a fan that stood still starts with a kick.
      this.#task.drive?.(this.#safeLevel());
      // Another output was wanted on: that command ended this one.
      if (error.code === "interlock") throw error;
      return false;
    }
  }

  #notTrusted(): Refusal {
    return { code: "safe", reason: `${this.#plan.id} is not trusted now: it is in mode safe` };
  }

  /** Takes the command and follows it; or why not. */
  #refusal(controller: string, level: number, forMs: number): Refusal | undefined {
    const verdict = this.#command.fromController(controller, level, forMs, this.#self.nowUs());
    if (!verdict.accepted) {
      const { reason, owner } = verdict;
      this.#tellRefused(controller, reason);
      return { code: owner === undefined ? "notAllowed" : "ownedBy", reason };
    }
    this.#refused.delete(controller);
    const differs = this.#level !== this.#wanted();
    return this.#follow(undefined, differs) ? undefined : { code: "policy", reason: this.#waitsFor ?? "" };
  }

  #tellRefused(controller: string, reason: string): void {
    if (this.#refused.get(controller) === reason) return;
    // Names come from other boards, too.
    if (this.#refused.size >= MOST_REFUSED) this.#refused.clear();
    this.#refused.set(controller, reason);
    this.#voice.event({ kind: "refused", from: controller, reason });
  }

  /** While something runs down; once more when nothing does. */
  #tellRemaining(): void {
    const nowUs = this.#self.nowUs();
    const endsAtUs = this.#command.manualEndsAtUs(nowUs);
    const overrideUs = this.#command.overrideLeftUs(nowUs);
    const lease = this.#command.lease(nowUs);
    const running = endsAtUs !== Number.POSITIVE_INFINITY || overrideUs !== undefined || lease !== undefined;
    if (!running && !this.#running) return;
    this.#running = running;
    this.#voice.patch({
      remainingMs: endsAtUs === Number.POSITIVE_INFINITY ? null : Math.round((endsAtUs - nowUs) / 1000),
      override: overrideUs === undefined ? null : { remainingMs: Math.round(overrideUs / 1000) },
      ...(this.#plan.lent && { lease: leaseState(lease) }),
    });
  }

  #wanted(): number {
    return this.#command.level(this.#self.nowUs());
  }

  #safeLevel(): number {
    return this.#plan.output?.safe === "on" ? 1 : 0;
  }
}
