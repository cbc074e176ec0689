/**
 * Where devices and controllers live: each in a cell of its own, or several in a shared one. To a keeper both look
 * the same: it starts a cell by the device's name, and is told when that ended and why.
 *
 * A shared cell is started with the first of its members that wants in, and anew after its end. An end of the cell
 * is one failure, of the cell: with a culprit it counts for that device only; its second one gives the culprit a cell of
 * its own. A cell that ends twice without a known culprit is given up, and each member gets its own: then it shows.
 * One that was late because the machine gave it no time stays as it is.
 */
import type { CellLife, CellSpec, Kernel } from "../../runtime/cell/kernel.ts";
import { describeReason, type ExitReason, isCrash } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { BAND } from "../../runtime/process/process.ts";
import type { Home } from "./keeper.ts";
import { type StandInMessage, standIn } from "./stand-in.ts";

/** Ends of a shared cell because of one member, or without a known culprit, until somebody moves out. */
const DEATHS_TOLERATED = 2;

export interface SharedCell {
  readonly name: string;
  /** Ids of devices and controllers. */
  readonly members: readonly string[];
  /** Its first process is `sharedCell`. */
  readonly spec: CellSpec;
}

/** Who gives members what they may touch and takes it back; `CellLife` is the shared cell's. */
export interface Admission {
  /** The answer may come at once: `granted` or `refused`. */
  admit(id: string, life: CellLife, answer: (message: StandInMessage) => void): void;
  /** The member's process ended, the cell lives on. */
  released(id: string, life: CellLife, reason: ExitReason): void;
}

export interface HousingOptions extends Admission {
  readonly kernel: Kernel;
  readonly shared: readonly SharedCell[];
  tell(event: { readonly kind: string; readonly [key: string]: unknown }): void;
}

interface Shared {
  readonly name: string;
  readonly spec: CellSpec;
  readonly members: Set<string>;
  /** First process of the present life. */
  root: Pid | undefined;
  /** Members of the present life by the numbers of their processes. */
  readonly numbers: Map<number, string>;
  /** How its last life ended. */
  last: { readonly incarnation: number; readonly culprit: string | undefined } | undefined;
  readonly deaths: Map<string | undefined, number>;
}

export class Housing implements Home {
  readonly #options: HousingOptions;
  readonly #shared = new Map<string, Shared>();
  readonly #standIns = new Map<string, Pid>();

  constructor(options: HousingOptions) {
    this.#options = options;
    for (const { name, members, spec } of options.shared) {
      this.#shared.set(name, {
        name,
        spec: { ...spec, band: BAND.system },
        members: new Set(members),
        root: undefined,
        numbers: new Map(),
        last: undefined,
        deaths: new Map(),
      });
    }
  }

  /** The shared cell that a device or controller is in, and who else is; `undefined` for one that has its own. */
  cellOf(id: string): { readonly name: string; readonly members: readonly string[] } | undefined {
    for (const { name, members } of this.#shared.values())
      if (members.has(id)) return { name, members: [...members] };
    return undefined;
  }

  /** The device whose process has this number in a cell; the cell itself where there is none. */
  deviceAt(cell: string, number: number): string {
    return this.#shared.get(cell)?.numbers.get(number) ?? cell;
  }

  /** Number of a device's process in its cell. */
  numberOf(id: string): number {
    for (const [number, member] of this.#of(id)?.numbers ?? []) if (member === id) return number;
    return 1;
  }

  /** `spec`: as for a cell of its own. Throws when it runs already. */
  startCell(spec: CellSpec): Pid {
    const shared = this.#of(spec.name);
    if (shared === undefined) return this.#options.kernel.startCell(spec);
    const { name: id } = spec;
    if (this.#standIns.has(id)) throw new Error(`"${id}" is running already`);
    const cell = this.#rootOf(shared);
    const life: CellLife = { name: cell.cell, incarnation: cell.incarnation };
    const process = standIn({
      spec,
      cell,
      admit: (answer) => this.#options.admit(id, life, answer),
      started: ({ number }) => {
        if (shared.root?.incarnation === life.incarnation) shared.numbers.set(number, id);
      },
      released: (reason) => {
        this.#options.released(id, life, reason);
        for (const [number, member] of shared.numbers) if (member === id) shared.numbers.delete(number);
      },
      cellEnded: (reason) => cellReason(reason, shared, life),
      ended: () => this.#standIns.delete(id),
    });
    const pid = this.#options.kernel.cell.spawn(process, [], {
      label: `stand-in of ${id}`,
      band: BAND.system,
    });
    this.#standIns.set(id, pid);
    return pid;
  }

  endCell(name: string, incarnation: number, cause: ExitReason): void {
    const pid = this.#standIns.get(name);
    if (pid === undefined) this.#options.kernel.endCell(name, incarnation, cause);
    else this.#options.kernel.cell.post(pid, { type: "end", cause } satisfies StandInMessage);
  }

  /** `KernelHooks.ended`: told before anybody else hears of it. */
  cellEnded({ name, incarnation }: CellLife, cause: ExitReason, culprit?: number): void {
    const shared = this.#shared.get(name);
    if (shared === undefined || shared.root?.incarnation !== incarnation) return;
    const id = culprit === undefined ? undefined : shared.numbers.get(culprit);
    const members = [...shared.numbers.values()];
    shared.root = undefined;
    shared.numbers.clear();
    shared.last = { incarnation, culprit: isCrash(cause) ? id : undefined };
    if (!isCrash(cause)) return;
    const why = { cause: describeReason(cause), culprit: id ?? null };
    this.#options.tell({ kind: "cellEnded", cell: name, ...why, members });
    // Nobody in it kept it: the machine gave it no time, and has less for more cells.
    if (id === undefined && cause === "late") return;
    const deaths = (shared.deaths.get(id) ?? 0) + 1;
    shared.deaths.set(id, deaths);
    if (deaths < DEATHS_TOLERATED) return;
    const movers = id === undefined ? [...shared.members] : [id];
    for (const mover of movers) shared.members.delete(mover);
    this.#options.tell({ kind: "ownCell", cell: name, devices: movers, cause: why.cause });
  }

  #of(id: string): Shared | undefined {
    for (const shared of this.#shared.values()) if (shared.members.has(id)) return shared;
    return undefined;
  }

  #rootOf(shared: Shared): Pid {
    shared.root ??= this.#options.kernel.startCell(shared.spec);
    return shared.root;
  }
}

function cellReason(reason: ExitReason, { name, last }: Shared, { incarnation }: CellLife): ExitReason {
  const cause = typeof reason === "object" && "cell" in reason ? reason.cause : reason;
  const culprit = last?.incarnation === incarnation ? last.culprit : undefined;
  return { cell: name, cause, ...(culprit === undefined ? {} : { culprit }) };
}
