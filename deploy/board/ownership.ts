/**
 * Which device owns what of the guardian, in which cell. A device is an owner of its own also where it shares its
 * cell: when its process dies it alone is fenced, when the cell dies all that live there are.
 *
 * A device has two owner slots: while a new version of its driver is on trial, each version is an owner, and the
 * outputs are lent from the one to the other.
 */
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import type { GuardianControl } from "../../firmware/client/guardian-control.ts";
import type { OwnerEpoch } from "../../firmware/contracts/control.ts";
import type { GuardianLink } from "../../firmware/contracts/guardian-link.ts";
import { trialName } from "../../runtime/cell/code-change.ts";
import type { CellLife } from "../../runtime/cell/kernel.ts";
import type { ExitReason } from "../../runtime/process/exit-reason.ts";

interface Owner extends OwnerEpoch {
  /** The cell that it lives in. */
  readonly life: CellLife;
  readonly outputs: readonly string[];
  link?: GuardianLink;
}

/** Owner slots of a board with so many devices. */
export function ownerSlots(devices: number): number {
  return 2 * devices;
}

export class Ownership {
  readonly #control: GuardianControl;
  readonly #devices: readonly DevicePlan[];
  /** Lives of the runtime: epochs grow over them, too. */
  readonly #incarnation: number;
  /** The present lives of the shared cells, by name. */
  readonly #shared = new Map<string, SharedLife>();
  /** By the name of the device, or of its trial. */
  readonly #owners = new Map<string, Owner>();
  /** The slot that a device's cell has now, when it is not its first. */
  readonly #slots = new Map<string, number>();
  readonly #epochs = new Map<number, number>();

  /** `shared`: names of the cells in which several devices may live. */
  constructor(
    control: GuardianControl,
    devices: readonly DevicePlan[],
    shared: readonly string[],
    incarnation: number,
  ) {
    this.#control = control;
    this.#devices = devices;
    this.#incarnation = incarnation;
    for (const name of shared) this.#shared.set(name, new SharedLife(0));
  }

  /** Owners that live in a cell, or in its trial. */
  of(cell: string): OwnerEpoch[] {
    return [...this.#owners.values()].filter(({ life }) => life.name === cell);
  }

  /** What a device, or its trial, was granted, as soon as it was. */
  linkOf(device: string): GuardianLink | undefined {
    return this.#owners.get(device)?.link;
  }

  /** Whose epoch that is: the device, or its trial, and the cell it lives in. */
  holder({ owner, epoch }: OwnerEpoch): { readonly name: string; readonly life: CellLife } | undefined {
    for (const [name, one] of this.#owners)
      if (one.owner === owner && one.epoch === epoch) return { name, life: one.life };
    return undefined;
  }

  /**
   * `KernelHooks.prepare`: what a device's cell may touch. A version on trial gets its output when it is lent; the
   * members of a shared cell are admitted one by one.
   */
  async prepare(life: CellLife, bell: Int32Array): Promise<GuardianLink | undefined> {
    if (!this.#shared.has(life.name)) return this.#grant(life.name, life, bell);
    this.#lifeOf(life).begin(bell);
    return undefined;
  }

  /**
   * What a device may touch that starts in a shared cell, once that begins. Undefined for what owns nothing. Rejects
   * when the cell has ended, and with `GrantRefused`.
   */
  async admit(device: string, life: CellLife): Promise<GuardianLink | undefined> {
    if (!this.#devices.some(({ id }) => id === device)) return undefined;
    const shared = this.#lifeOf(life);
    const bell = await shared.bell;
    if (shared.over) throw new Error(`cell "${life.name}" has ended`);
    return this.#grant(device, life, bell);
  }

  #lifeOf({ name, incarnation }: CellLife): SharedLife {
    const known = this.#shared.get(name);
    if (known?.incarnation === incarnation) return known;
    const next = new SharedLife(incarnation);
    this.#shared.set(name, next);
    return next;
  }

  async #grant(name: string, life: CellLife, bell: Int32Array): Promise<GuardianLink | undefined> {
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

  /** A cell ended: so did all that lived in it. */
  ended(ended: CellLife, cause: ExitReason): void {
    const { name } = ended;
    if (this.#shared.has(name)) this.#lifeOf(ended).over = true;
    for (const [device, { life }] of this.#owners) if (life.name === name) this.released(device, cause);
  }

  /** A device ended. */
  released(device: string, cause: ExitReason): void {
    const owner = this.#owners.get(device);
    this.#owners.delete(device);
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

/** One life of a shared cell. */
class SharedLife {
  readonly incarnation: number;
  /** The word that wakes it, as soon as it begins. */
  readonly bell: Promise<Int32Array>;
  begin!: (bell: Int32Array) => void;
  over = false;

  constructor(incarnation: number) {
    this.incarnation = incarnation;
    this.bell = new Promise((resolve) => {
      this.begin = resolve;
    });
  }
}
