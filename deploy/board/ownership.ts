/**
 * Which cell owns what of the guardian. A device has two owner slots: while a new version of its driver is on trial,
 * each version is an owner of its own, and the outputs are lent from the one to the other.
 */
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import type { GuardianControl } from "../../firmware/client/guardian-control.ts";
import type { OwnerEpoch } from "../../firmware/contracts/control.ts";
import type { GuardianLink } from "../../firmware/contracts/guardian-link.ts";
import { trialName } from "../../runtime/cell/code-change.ts";
import type { CellLife } from "../../runtime/cell/kernel.ts";
import type { ExitReason } from "../../runtime/process/exit-reason.ts";

interface Owner extends OwnerEpoch {
  readonly life: CellLife;
  readonly outputs: readonly string[];
  link?: GuardianLink;
}

export class Ownership {
  readonly #control: GuardianControl;
  readonly #devices: readonly DevicePlan[];
  /** Lives of the runtime: epochs grow over them, too. */
  readonly #incarnation: number;
  /** By the name of the cell, or of its trial. */
  readonly #owners = new Map<string, Owner>();
  /** The slot that a device's cell has now, when it is not its first. */
  readonly #slots = new Map<string, number>();
  readonly #epochs = new Map<number, number>();

  constructor(control: GuardianControl, devices: readonly DevicePlan[], incarnation: number) {
    this.#control = control;
    this.#devices = devices;
    this.#incarnation = incarnation;
  }

  of(name: string): OwnerEpoch | undefined {
    return this.#owners.get(name);
  }

  /** What its cell was granted, as soon as it was. */
  linkOf(name: string): GuardianLink | undefined {
    return this.#owners.get(name)?.link;
  }

  /** Whose epoch that is. */
  holder({ owner, epoch }: OwnerEpoch): CellLife | undefined {
    for (const one of this.#owners.values()) if (one.owner === owner && one.epoch === epoch) return one.life;
    return undefined;
  }

  /** `KernelHooks.prepare`: what a device's cell may touch. A version on trial gets its output when it is lent. */
  async prepare(life: CellLife, bell: Int32Array): Promise<GuardianLink | undefined> {
    const { name } = life;
    const index = this.#devices.findIndex(({ id }) => id === name || trialName(id) === name);
    const plan = this.#devices[index];
    if (plan === undefined) return undefined;
    const onTrial = plan.id !== name;
    const now = this.#slots.get(plan.id) ?? index;
    const owner = onTrial ? this.#other(now) : now;
    // 32 bits on the wire. The guardian forgets epochs with the runtime they belong to.
    const count = (this.#epochs.get(owner) ?? 0) + 1;
    this.#epochs.set(owner, count);
    const epoch = (this.#incarnation % 65_536) * 65_536 + count;
    const { output, input, chip } = plan;
    const outputs = output === undefined ? [] : [output.line];
    const owns: Owner = { owner, epoch, life, outputs };
    this.#owners.set(name, owns);
    const grant = {
      owner,
      epoch,
      outputs: onTrial ? [] : outputs,
      inputs: input === undefined ? [] : [input.line],
      i2c: chip === undefined ? [] : [chip],
    };
    owns.link = await this.#control.grant(grant, { bell, bellIndex: 0 });
    return owns.link;
  }

  ended({ name }: CellLife, cause: ExitReason): void {
    const owner = this.#owners.get(name);
    this.#owners.delete(name);
    if (owner === undefined) return;
    if (cause === "shutdown" || cause === "normal") this.#control.revoke(owner);
    else this.#control.fence(owner);
  }

  async lend({ name }: CellLife, trial: CellLife): Promise<void> {
    const [from, to] = [this.#owners.get(name), this.#owners.get(trial.name)];
    if (from === undefined || to === undefined) return;
    await this.#control.transfer({ outputs: from.outputs, from: bare(from), to: bare(to), lend: true });
  }

  /** Rejects when they went back by themselves, as after a fence. */
  async takeBack({ name }: CellLife, trial: CellLife): Promise<void> {
    const [to, from] = [this.#owners.get(name), this.#owners.get(trial.name)];
    if (from === undefined || to === undefined) return;
    await this.#control.transfer({ outputs: to.outputs, from: bare(from), to: bare(to) });
  }

  becameCell(life: CellLife, trial: CellLife): void {
    const [from, to] = [this.#owners.get(life.name), this.#owners.get(trial.name)];
    this.#owners.delete(trial.name);
    if (from === undefined || to === undefined) return;
    this.#owners.set(life.name, { ...to, life });
    this.#slots.set(life.name, to.owner);
    // Nothing is left to move: this makes the loan final, so that the lender's end is nobody's business.
    this.#control.transfer({ outputs: [], from: bare(from), to: bare(to) }).catch(() => {
      // One of them has just ended: its outputs followed their policy.
    });
    this.#control.revoke(from);
  }

  #other(slot: number): number {
    const { length } = this.#devices;
    return slot < length ? slot + length : slot - length;
  }
}

function bare({ owner, epoch }: OwnerEpoch): OwnerEpoch {
  return { owner, epoch };
}
