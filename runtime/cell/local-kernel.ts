/**
 * Cells without threads: all of them in one thread, in a fixed order, under an injected clock.
 *
 * For simulation and tests. Nothing here waits; `settle` runs everything that is due, `advanceTo` cranks the
 * clock from expiry to expiry. The same start gives the same trace.
 */
import { type Body, Cell, type CellResources, type Peer } from "../process/cell.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Names } from "../process/names.ts";
import { createPid, exportPid, importPid, type Pid, processOf, randomKey } from "../process/pid.ts";
import type { Frame } from "../process/signal.ts";
import type { VirtualClock } from "../time/virtual-clock.ts";
import type { CellSpec, Kernel, KernelHooks } from "./kernel.ts";
import { NameRegistry } from "./name-registry.ts";

export interface LocalKernelOptions {
  readonly board: string;
  readonly clock: VirtualClock;
  readonly hooks?: KernelHooks;
  /** Stands for importing: gives the body and the resources of a spec. */
  readonly load: (spec: CellSpec) => { body: Body; resources?: CellResources };
}

interface LocalCell {
  readonly cell: Cell;
  readonly incarnation: number;
  readonly root: Pid;
  readonly inbox: Frame[];
  cause: ExitReason | undefined;
}

export class LocalKernel implements Kernel {
  readonly cell: Cell;
  readonly #options: LocalKernelOptions;
  readonly #cells = new Map<string, LocalCell>();
  readonly #lives = new Map<string, number>();
  readonly #inbox: Frame[] = [];
  readonly #names = new Map<string, Names>();
  readonly #registry: NameRegistry;

  constructor(options: LocalKernelOptions) {
    this.#options = options;
    this.#registry = new NameRegistry({
      named: (name, pid) => {
        for (const [cell, names] of this.#names) if (cell !== pid.cell) names.added(name, importPid(pid));
      },
      unnamed: (name, pid) => {
        for (const [cell, names] of this.#names) if (cell !== pid.cell) names.removed(name, importPid(pid));
      },
      refused: (name, pid) => this.cell.exit(undefined, pid, { nameTaken: name }),
    });
    this.cell = new Cell({
      board: options.board,
      cell: "kernel",
      incarnation: 1,
      clock: options.clock,
      names: this.#namesOf("kernel"),
      onCrash: (report) => options.hooks?.crashed?.({ name: "kernel", incarnation: 1 }, report),
    });
  }

  startCell(spec: CellSpec): Pid {
    const { name } = spec;
    if (this.#cells.has(name)) throw new Error(`cell "${name}" is running already`);
    const incarnation = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, incarnation);
    const { hooks, board, clock, load } = this.#options;
    const { body, resources } = load(spec);
    const cell = new Cell({
      board,
      cell: name,
      incarnation,
      clock,
      endsWithRoot: true,
      names: this.#namesOf(name),
      ...(resources === undefined ? {} : { resources }),
      ...(spec.hangLimitUs === undefined ? {} : { hangLimitUs: spec.hangLimitUs }),
      onCrash: (report) => hooks?.crashed?.({ name, incarnation }, report),
    });
    const inbox: Frame[] = [];
    cell.peerUp("kernel", direct(1, this.#inbox));
    this.cell.peerUp(name, direct(incarnation, inbox));
    for (const [other, { cell: them, incarnation: theirs, inbox: toThem }] of this.#cells) {
      cell.peerUp(other, direct(theirs, toThem));
      them.peerUp(name, direct(incarnation, inbox));
    }
    const key = randomKey();
    const root = cell.spawn(body, [...spec.args], { label: name }, key);
    this.#cells.set(name, { cell, incarnation, root, inbox, cause: undefined });
    return createPid({ board, cell: name, incarnation }, 1, undefined, key);
  }

  endCell(name: string, incarnation: number, cause: ExitReason): void {
    const local = this.#cells.get(name);
    if (local?.incarnation !== incarnation) return;
    this.#cells.delete(name);
    this.#options.hooks?.ended?.({ name, incarnation }, cause);
    this.#names.delete(name);
    this.#registry.releaseCell(name, incarnation);
    for (const { cell, inbox } of this.#cells.values()) {
      deliverAll(inbox, cell);
      cell.peerDown(name, incarnation, cause);
    }
    deliverAll(this.#inbox, this.cell);
    this.cell.peerDown(name, incarnation, cause);
  }

  /** Runs everything that is due now, in every cell, until nothing is. */
  settle(): void {
    for (let again = true; again; ) {
      again = this.#turn("kernel", this.cell, this.#inbox);
      for (const [name, { cell, inbox, root, incarnation }] of [...this.#cells]) {
        again = this.#turn(name, cell, inbox) || again;
        const process = processOf(root);
        if (process?.state === "dead") {
          this.endCell(name, incarnation, process.exitReason ?? "normal");
          again = true;
        }
      }
    }
  }

  /** Cranks the clock to `us`, stopping at every expiry on the way. */
  advanceTo(us: number): void {
    const { clock } = this.#options;
    for (;;) {
      this.settle();
      let next = this.cell.nextWakeUs();
      for (const { cell } of this.#cells.values()) next = Math.min(next, cell.nextWakeUs());
      if (next > us) break;
      clock.advanceTo(Math.max(next, clock.now()));
    }
    clock.advanceTo(us);
    this.settle();
  }

  #turn(name: string, cell: Cell, inbox: Frame[]): boolean {
    const before = inbox.length;
    deliverAll(inbox, cell);
    if (name !== "kernel" && !this.#cells.has(name)) return false;
    cell.resources.poll?.((to, message) => cell.post(to, message));
    const due = cell.nextWakeUs() <= this.#options.clock.now();
    cell.run();
    return before > 0 || due;
  }

  #namesOf(cell: string): Names {
    const names = new Names();
    for (const [name, pid] of this.#registry.entries()) names.added(name, importPid(pid));
    this.#names.set(cell, names);
    names.connect({
      claim: (name, pid) => this.#registry.claim(name, exportPid(pid)),
      release: (name, pid) => this.#registry.release(name, exportPid(pid)),
    });
    return names;
  }
}

function direct(incarnation: number, inbox: Frame[]): Peer {
  return { incarnation, post: (frame) => inbox.push(frame) > 0 };
}

function deliverAll(inbox: Frame[], cell: Cell): void {
  for (const frame of inbox.splice(0)) cell.deliver(frame);
}
