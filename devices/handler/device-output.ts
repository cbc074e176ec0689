/** The output of an actuator: commands in, level out, lease renewed while a living command justifies it. */
import { LineError } from "../../firmware/contracts/line.ts";
import type { Command } from "../command-spec.ts";
import type { DriveMessage, DrivenMessage } from "./contracts.ts";
import type { DevicePlan } from "./device-plan.ts";
import { type StatePatch, TELEMETRY } from "./messages.ts";
import { type CommandsSnapshot, OutputCommand, type Verdict } from "./output-command.ts";
import { fieldScale, type OutputScale } from "./output-scale.ts";
import type { DeviceTask, Measurement, Speaker } from "./task.ts";

/** Refusals by which the guardian keeps an output inside its policy. */
const POLICY: readonly string[] = ["min_off", "max_on", "interlock", "switching", "refused"];

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

  constructor(self: Speaker, plan: DevicePlan, task: DeviceTask, voice: Voice) {
    if (plan.output === undefined) throw new TypeError(`${plan.id} has no output`);
    this.#self = self;
    this.#plan = plan;
    this.#task = task;
    this.#voice = voice;
    const { commandForMs, ownedBy, maxOverrideMs } = plan;
    this.#command = new OutputCommand({
      safe: plan.output.safe,
      ...(commandForMs !== undefined && { commandForMs }),
      ...(ownedBy !== undefined && { ownedBy }),
      ...(maxOverrideMs !== undefined && { maxOverrideMs }),
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

  /** A controller's command. Answers once a line was driven so. */
  drive(message: DriveMessage, answer: (driven: DrivenMessage) => void): void {
    const { controller, level, forMs, sampledAtUs, fresh } = message;
    const verdict = this.#command.fromController(controller, level, forMs, this.#self.nowUs());
    if (!verdict.accepted) {
      this.#voice.event({ kind: "refused", from: controller, reason: verdict.reason });
      return;
    }
    const before = this.#level;
    if (!this.#follow(undefined, before !== this.#wanted())) return;
    answer({ type: "driven", level: this.#level ?? 0, sampledAtUs, fresh, atUs: this.#self.nowUs() });
  }

  refuse(command: Command, reason: string): void {
    this.#self.send(TELEMETRY, { type: "refused", device: this.#plan.id, command, reason });
  }

  /** Commands that have ended by time: the output follows, and people are told. */
  expire(): void {
    const nowUs = this.#self.nowUs();
    if (!this.#command.expire(nowUs)) {
      if (this.#level !== undefined && this.#level !== this.#wanted()) this.#follow(undefined, true);
      return;
    }
    this.#voice.event({ kind: "commandExpired", level: this.#wanted() });
    this.#follow(undefined, true);
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
      if (!(error instanceof LineError) || !isPolicy(error)) throw error;
      // The other output of its interlock group goes off first: asked again next period.
      if (error.code !== "switching") this.#command.clear();
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
      if (!(error instanceof LineError) || !isPolicy(error)) throw error;
      // So that the driver knows, too: a fan that stood still starts with a kick.
      this.#task.drive?.(this.#safeLevel());
      // Another output was wanted on: that command ended this one.
      if (error.code === "interlock") throw error;
      return false;
    }
  }

  /** While something runs down; once more when nothing does. */
  #tellRemaining(): void {
    const nowUs = this.#self.nowUs();
    const endsAtUs = this.#command.manualEndsAtUs(nowUs);
    const overrideUs = this.#command.overrideLeftUs(nowUs);
    const running = endsAtUs !== Number.POSITIVE_INFINITY || overrideUs !== undefined;
    if (!running && !this.#running) return;
    this.#running = running;
    this.#voice.patch({
      remainingMs: endsAtUs === Number.POSITIVE_INFINITY ? null : Math.round((endsAtUs - nowUs) / 1000),
      override: overrideUs === undefined ? null : { remainingMs: Math.round(overrideUs / 1000) },
    });
  }

  #wanted(): number {
    return this.#command.level(this.#self.nowUs());
  }

  #safeLevel(): number {
    return this.#plan.output?.safe === "on" ? 1 : 0;
  }
}

/** The guardian keeps the output inside its policy: no fault of the device. */
function isPolicy({ code }: LineError): boolean {
  return POLICY.includes(code);
}
