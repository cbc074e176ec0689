import type { Grant, OwnerEpoch, Takeover } from "../contracts/control.ts";

interface Owner {
  epoch: number;
  alive: boolean;
  /** Its outputs are lent by this owner, while that lives. */
  lender: OwnerEpoch | undefined;
  readonly outputs: Set<number>;
  readonly inputs: Set<number>;
  readonly i2c: Set<number>;
}

/** Names of the plan by their numbers on the wire. */
export interface Names {
  readonly outputs: ReadonlyMap<string, number>;
  readonly inputs: ReadonlyMap<string, number>;
  readonly buses: ReadonlyMap<string, number>;
}

/** Told of outputs that an owner lends, and that go back to it. */
export interface Loans {
  lent(output: number): void;
  givenBack(output: number): void;
}

/**
 * Who may touch what. An owner is a slot with an epoch; what carries another epoch than the last granted
 * one, or one that was ended, is fenced. Refusals are sentences.
 */
export class Owners {
  readonly #names: Names;
  readonly #owners: Owner[];
  readonly #loans: Loans;
  /** Who reads an input, as far as somebody asked since rights changed last. */
  readonly #readers = new Map<number, readonly number[]>();

  constructor(names: Names, slots: number, loans: Loans) {
    this.#names = names;
    this.#loans = loans;
    this.#owners = Array.from({ length: slots }, () => ({
      epoch: 0,
      alive: false,
      lender: undefined,
      outputs: new Set<number>(),
      inputs: new Set<number>(),
      i2c: new Set<number>(),
    }));
  }

  /** Grants everything or nothing; undefined when granted, else why not. */
  grant({ owner, epoch, outputs, inputs, i2c }: Grant): string | undefined {
    const slot = this.#owners[owner];
    if (slot === undefined) return `there is no owner slot ${owner}`;
    if (slot.alive) return `owner ${owner} still holds epoch ${slot.epoch}`;
    if (epoch <= slot.epoch) return `epoch ${epoch} of owner ${owner} is not newer than ${slot.epoch}`;
    for (const line of outputs) {
      const index = this.#names.outputs.get(line);
      if (index === undefined) return `there is no output ${line}`;
      const other = this.ownerOf(index);
      if (other !== undefined) return `${line} belongs to owner ${other}`;
    }
    const noInput = inputs.find((line) => !this.#names.inputs.has(line));
    if (noInput !== undefined) return `there is no input ${noInput}`;
    const noBus = i2c.find(({ bus }) => !this.#names.buses.has(bus));
    if (noBus !== undefined) return `there is no bus ${noBus.bus}`;
    this.#readers.clear();
    slot.epoch = epoch;
    slot.alive = true;
    for (const line of outputs) slot.outputs.add(this.#names.outputs.get(line)!);
    for (const line of inputs) slot.inputs.add(this.#names.inputs.get(line)!);
    for (const { bus, address } of i2c) slot.i2c.add(i2cKey(this.#names.buses.get(bus)!, address));
    return undefined;
  }

  /**
   * Ends an owner, and whom it lent outputs: those to be brought to their policy; undefined when that epoch is over
   * already. What was lent to it goes back as it is.
   */
  end(ended: OwnerEpoch): number[] | undefined {
    const { owner, epoch } = ended;
    const slot = this.#owners[owner];
    if (slot === undefined || epoch < slot.epoch) return undefined;
    const wasAlive = slot.alive && slot.epoch === epoch;
    if (epoch > slot.epoch && slot.alive) return undefined; // an epoch that was never granted
    slot.epoch = epoch;
    if (!wasAlive) return undefined;
    const { lender } = slot;
    let outputs = [...slot.outputs];
    if (lender !== undefined && this.isCurrent(lender.owner, lender.epoch)) {
      for (const index of outputs) {
        this.#owners[lender.owner]!.outputs.add(index);
        this.#loans.givenBack(index);
      }
      outputs = [];
    }
    slot.alive = false;
    slot.lender = undefined;
    for (const [borrower, { alive, epoch: its, lender: whose }] of this.#owners.entries()) {
      if (alive && whose?.owner === owner && whose.epoch === epoch)
        outputs.push(...(this.end({ owner: borrower, epoch: its }) ?? []));
    }
    this.#readers.clear();
    slot.outputs.clear();
    slot.inputs.clear();
    slot.i2c.clear();
    return outputs;
  }

  /** Moves outputs between living owners; undefined when moved, else why not. */
  transfer({ outputs, from, to, lend }: Takeover): string | undefined {
    for (const { owner, epoch } of [from, to]) {
      if (!this.isCurrent(owner, epoch)) return `owner ${owner} does not hold epoch ${epoch}`;
    }
    for (const line of outputs) {
      const index = this.#names.outputs.get(line);
      if (index === undefined) return `there is no output ${line}`;
      if (!this.ownsOutput(from.owner, index)) return `${line} does not belong to owner ${from.owner}`;
    }
    const { lender } = this.#owners[from.owner]!;
    const goesBack = lender?.owner === to.owner && lender.epoch === to.epoch;
    for (const line of outputs) {
      const index = this.#names.outputs.get(line)!;
      this.#owners[from.owner]!.outputs.delete(index);
      this.#owners[to.owner]!.outputs.add(index);
      if (goesBack) this.#loans.givenBack(index);
      else if (lend === true) this.#loans.lent(index);
    }
    this.#owners[to.owner]!.lender = lend === true ? { owner: from.owner, epoch: from.epoch } : undefined;
    return undefined;
  }

  isCurrent(owner: number, epoch: number): boolean {
    const slot = this.#owners[owner];
    return slot?.alive === true && slot.epoch === epoch;
  }

  epochOf(owner: number): number {
    return this.#owners[owner]?.epoch ?? 0;
  }

  ownsOutput(owner: number, index: number): boolean {
    return this.#owners[owner]?.outputs.has(index) === true;
  }

  readsInput(owner: number, index: number): boolean {
    return this.#owners[owner]?.inputs.has(index) === true;
  }

  /** Living owners that read an input: asked at every edge, so the answer is kept. */
  readersOf(index: number): readonly number[] {
    const known = this.#readers.get(index);
    if (known !== undefined) return known;
    const readers = this.#owners.flatMap(({ inputs }, owner) => (inputs.has(index) ? [owner] : []));
    this.#readers.set(index, readers);
    return readers;
  }

  mayReach(owner: number, bus: number, address: number): boolean {
    return this.#owners[owner]?.i2c.has(i2cKey(bus, address)) === true;
  }

  /** The living owner of an output. */
  ownerOf(index: number): number | undefined {
    const owner = this.#owners.findIndex(({ outputs }) => outputs.has(index));
    return owner === -1 ? undefined : owner;
  }

  /** Living owners with their epochs. */
  living(): OwnerEpoch[] {
    return this.#owners.flatMap(({ alive, epoch }, owner) => (alive ? [{ owner, epoch }] : []));
  }

  /** A new runtime counts its epochs afresh. */
  reset(): void {
    for (const slot of this.#owners) slot.epoch = 0;
  }
}

function i2cKey(bus: number, address: number): number {
  return bus * 128 + address;
}
