/**
 * Cells without threads: all of them in one thread, in a fixed order, under an injected clock.
 *
 * For simulation and tests. Nothing here waits; `settle` runs everything that is due, `advanceTo` cranks the
 * clock from expiry to expiry. The same start gives the same trace.
 */
import type { BoardExchange } from "../boards/board-exchange.ts";
import type { OwnBoard } from "../boards/own-board.ts";
import type { Item } from "../code-change/gate-frame.ts";

import { crashDetails } from "../introspection/crash-details.ts";
import type { Inquiry } from "../introspection/inquiry.ts";
import { Inspection } from "../introspection/inspection.ts";
import { LastMessages } from "../introspection/last-messages.ts";
import type { CellStatus } from "../introspection/report.ts";
import { Cell } from "../process/cell.ts";
import type { Body, CellResources, Peer } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { Groups } from "../process/groups.ts";
import { type NameRegistry as NameClaims, Names } from "../process/names.ts";
import { pack, unpack } from "../process/pack.ts";
import { createPid, exportPid, importPid, isOfCell, type Pid, processOf, randomKey } from "../process/pid.ts";
import { BAND, type Process, type ProcessGenerator } from "../process/process.ts";
import type { Frame } from "../process/signal.ts";
import { spawnerName } from "../process/spawn-in.ts";
import type { VirtualClock } from "../time/virtual-clock.ts";
import {
  ChangedCode,
  type NewCode,
  STOP_MS,
  TRIAL_MS,
  type TrialNews,
  type TrialOptions,
  trialName,
} from "./code-change.ts";
import { GroupRegistry } from "./group-registry.ts";
import type { CellLife, CellSpec, Kernel, KernelHooks } from "./kernel.ts";
import { KERNEL_CELL } from "./kernel-cell.ts";
import { LocalBoards } from "./local-boards.ts";
import { LocalTrial } from "./local-trial.ts";
import { NameRegistry } from "./name-registry.ts";
import { type BodySource, spawner } from "./spawner.ts";

export interface LocalKernelOptions {
  readonly board: string;
  readonly clock: VirtualClock;
  readonly hooks?: KernelHooks;
  /**
   * Stands for importing and for `prepare`: gives the body and the resources of a spec. When it throws, the
   * cell ends with that cause, as a thread does that cannot load its code.
   */
  readonly load: (spec: CellSpec, life: CellLife) => { body: Body; resources?: CellResources };
}

interface LocalCell {
  cell: Cell;
  spec: CellSpec;
  readonly incarnation: number;
  readonly rootKey: string;
  /** Why it has to end, once it has: its first process ended or never began. */
  over: () => ExitReason | undefined;
  readonly inbox: Frame[];
  /** A new version of its code. */
  trial: LocalTrial | undefined;
  readonly loop: "blocking" | "event";
  inspection: Inspection;
}

export class LocalKernel implements Kernel {
  readonly cell: Cell;
  readonly #inspection: Inspection;
  readonly #options: LocalKernelOptions;
  readonly #cells = new Map<string, LocalCell>();
  readonly #lives = new Map<string, number>();
  readonly #inbox: Frame[] = [];
  readonly #names = new Map<string, Names>();
  readonly #groups = new Map<string, Groups>();
  readonly #registry: NameRegistry;
  #boards: LocalBoards | undefined;
  readonly #changed = new ChangedCode();
  readonly #groupRegistry = new GroupRegistry(({ group, pid, times }) => {
    for (const [cell, groups] of this.#groups) {
      if (cell === pid.cell) continue;
      groups.told(group, importPid(pid), times);
      this.#tellTrial(cell, { member: { group, pid, times } });
    }
  });

  constructor(options: LocalKernelOptions) {
    this.#options = options;
    this.#registry = new NameRegistry({
      named: (name, pid, scope) => {
        for (const [cell, names] of this.#names) {
          if (isOfCell(pid, cell)) continue;
          names.added(name, importPid(pid), scope);
          this.#tellTrial(cell, { named: name, pid, scope });
        }
      },
      unnamed: (name, pid) => {
        for (const [cell, names] of this.#names) {
          if (isOfCell(pid, cell)) continue;
          names.removed(name, importPid(pid));
          this.#tellTrial(cell, { unnamed: name, pid });
        }
      },
      refused: (name, pid) => this.cell.exit(undefined, pid, { nameTaken: name }),
    });
    this.cell = new Cell({
      board: options.board,
      cell: KERNEL_CELL,
      incarnation: 1,
      clock: options.clock,
      names: this.#namesOf(KERNEL_CELL),
      groups: this.#groupsOf(KERNEL_CELL),
      onNotGiven: this.#onNotGiven,
      onCrash: (report, dead) => {
        options.hooks?.crashed?.({ name: KERNEL_CELL, incarnation: 1 }, crashDetails(report, dead));
      },
    });
    this.#inspection = new Inspection(this.cell);
  }

  startCell(given: CellSpec): Pid {
    const spec = this.#changed.specOf(given);
    const { name } = spec;
    // As the arguments of a thread: copied before anything runs, pids of other cells stay theirs.
    const args = unpack(pack(spec.args).packed) as unknown[];
    if (this.#cells.has(name) || name === KERNEL_CELL) throw new Error(`cell "${name}" is running already`);
    const incarnation = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, incarnation);
    const { hooks, board, clock } = this.#options;
    const { lastMessages = 0 } = spec;
    const kept = lastMessages > 0 ? new LastMessages(lastMessages) : undefined;
    const { body, resources, failure } = this.#load(spec, { name, incarnation });
    const cell = new Cell({
      board,
      cell: name,
      incarnation,
      clock,
      endsWithRoot: true,
      onNotGiven: this.#onNotGiven,
      names: this.#namesOf(name),
      groups: this.#groupsOf(name),
      ...(resources === undefined ? {} : { resources }),
      ...(spec.hangLimitUs === undefined ? {} : { hangLimitUs: spec.hangLimitUs }),
      ...(spec.band === undefined ? {} : { band: spec.band }),
      onCrash: (report, dead) => hooks?.crashed?.({ name, incarnation }, crashDetails(report, dead, kept)),
    });
    cell.trace = kept;
    this.#boards?.introduce(cell);
    const inbox: Frame[] = [];
    cell.peerUp(KERNEL_CELL, direct(1, this.#inbox));
    this.cell.peerUp(name, direct(incarnation, inbox));
    for (const [other, { cell: them, incarnation: theirs, inbox: toThem }] of this.#cells) {
      cell.peerUp(other, direct(theirs, toThem));
      them.peerUp(name, direct(incarnation, inbox));
      this.#tellTrial(other, { peerUp: name, incarnation });
    }
    const key = randomKey();
    const root = processOf(cell.spawn(body, args, { label: name }, key))!;
    this.#addSpawner(spec, cell);
    const over = () => failure ?? rootEnd(root);
    const { loop = "blocking" } = spec;
    const inspection = new Inspection(cell);
    const born = { cell, spec, incarnation, rootKey: key, loop, over, inbox, inspection, trial: undefined };
    this.#cells.set(name, born);
    return createPid({ board, cell: name, incarnation }, 1, undefined, key);
  }

  changeCell(name: string, code: NewCode, options: TrialOptions, tell: (news: TrialNews) => void): void {
    const local = this.#cells.get(name);
    if (local === undefined) throw new Error(`cell "${name}" does not run`);
    if (local.trial !== undefined) throw new Error(`cell "${name}" is changing its code already`);
    const spec = { ...local.spec, ...code };
    const life = { name: trialName(name), incarnation: (this.#lives.get(trialName(name)) ?? 0) + 1 };
    this.#lives.set(life.name, life.incarnation);
    const { body, resources = {}, failure } = this.#load(spec, life);
    if (failure !== undefined) {
      tell({ phase: "rolledBack", cause: failure, lost: [] });
      return;
    }
    const { hooks, board, clock } = this.#options;
    const { incarnation, cell: old, rootKey } = local;
    const end = (news: TrialNews, cause: ExitReason) => {
      local.trial = undefined;
      hooks?.ended?.(life, cause);
      tell(news);
    };
    let lent = false;
    const takeBack = (cause: ExitReason, blame: boolean) => {
      if (lent) void hooks?.takeBack?.({ name, incarnation }, life);
      trial.router.gone(cause, blame);
    };
    const trial: LocalTrial = new LocalTrial({
      takeBack,
      old,
      life,
      cell: {
        board,
        cell: name,
        incarnation,
        clock,
        onNotGiven: this.#onNotGiven,
        ...(spec.hangLimitUs === undefined ? {} : { hangLimitUs: spec.hangLimitUs }),
        ...(spec.band === undefined ? {} : { band: spec.band }),
      },
      body,
      resources,
      args: unpack(pack(spec.args).packed) as unknown[],
      rootKey,
      stopMs: options.stopMs ?? STOP_MS,
      registry: this.#claims,
      ways: {
        toPeer: (cell, life, frame) => this.#peerOf(cell, life)?.post(frame),
        peers: () => [
          [KERNEL_CELL, 1],
          ...[...this.#cells].flatMap(([other, { incarnation }]) =>
            other === name ? [] : ([[other, incarnation]] as const),
          ),
        ],
        toBoard: (frame) => this.#boards!.route(frame),
        boards: () => this.#boards?.list() ?? [],
        claim: ({ claim, pid, scope }) => old.names.claim(claim, importPid(pid), scope),
        release: ({ release, pid }) => old.names.release(release, importPid(pid)),
        live: () => {
          void hooks?.lend?.({ name, incarnation }, life);
          lent = true;
          trial.router.go();
          tell({ phase: "trial" });
          this.#passAfter(name, trial, options.trialMs ?? TRIAL_MS);
        },
        failed: (cause) => takeBack(cause, true),
        over: (reason) => {
          local.over = () => reason;
          end({ phase: "over", cause: reason }, reason);
        },
      },
      startSpawner: (cell) => this.#addSpawner(spec, cell),
      onCrash: (report, dead) => hooks?.crashed?.({ name, incarnation }, crashDetails(report, dead)),
      rolledBack: (cause, lost) => end({ phase: "rolledBack", cause, lost }, cause),
      handOver: () => {
        local.trial = undefined;
        local.cell = trial.cell;
        this.#changed.keep(name, local.spec, code);
        local.spec = spec;
        local.over = () => rootEnd(trial.trial.root);
        this.#names.set(name, trial.names);
        this.#groups.set(name, trial.groups);
        local.inspection = new Inspection(trial.cell);
        this.#reportGroups(trial.groups);
        trial.cell.peerUp(KERNEL_CELL, direct(1, this.#inbox));
        for (const [other, { incarnation: theirs, inbox }] of this.#cells)
          if (other !== name) trial.cell.peerUp(other, direct(theirs, inbox));
        this.#boards?.introduce(trial.cell);
        hooks?.becameCell?.({ name, incarnation }, life);
        tell({ phase: "committed" });
      },
      tell,
    });
    local.trial = trial;
  }

  passTrial(name: string): boolean {
    const trial = this.#cells.get(name)?.trial;
    trial?.router.commit();
    return trial !== undefined;
  }

  rollBack(name: string, why: string): boolean {
    const trial = this.#cells.get(name)?.trial;
    trial?.takeBack({ shutdown: why }, false);
    return trial !== undefined;
  }

  endCell(name: string, incarnation: number, cause: ExitReason, culprit?: number): void {
    const local = this.#cells.get(name);
    if (local?.incarnation !== incarnation) return;
    this.#cells.delete(name);
    if (local.trial !== undefined) {
      this.#options.hooks?.ended?.(local.trial.life, cause);
      local.trial.tell({ phase: "over", cause });
    }
    this.#options.hooks?.ended?.({ name, incarnation }, cause, culprit);
    this.#names.delete(name);
    this.#registry.releaseCell(name, incarnation);
    this.#groups.delete(name);
    this.#groupRegistry.releaseCell(name, incarnation);
    for (const { cell, inbox, trial } of this.#cells.values()) {
      deliverAll(inbox, cell, trial);
      cell.peerDown(name, incarnation, cause);
      trial?.router.onNews({ peerDown: name, incarnation, cause });
    }
    deliverAll(this.#inbox, this.cell);
    this.cell.peerDown(name, incarnation, cause);
    this.#boards?.exchange.cellDown(name, incarnation, cause);
  }

  cells(): readonly CellStatus[] {
    const status = (cell: string, { incarnation, loop }: Pick<LocalCell, "incarnation" | "loop">) => ({
      cell,
      incarnation,
      restarts: incarnation - 1,
      loop,
      booting: false,
      resumes: null,
      running: null,
    });
    return [
      status(KERNEL_CELL, { incarnation: 1, loop: "event" }),
      ...[...this.#cells].map(([name, local]) => status(name, local)),
    ];
  }

  /** A cell here is always between two resumes when another runs, so it answers at once. */
  ask(name: string, inquiry: Inquiry, to: Pid, ref: number): void {
    const local = this.#cells.get(name);
    if (name === KERNEL_CELL) this.cell.post(to, this.#inspection.message(inquiry, ref));
    else local?.cell.post(importPid(exportPid(to)), local.inspection.message(inquiry, ref));
  }

  /** Names of the cells that run, the kernel's not among them. */
  get cellNames(): readonly string[] {
    return [...this.#cells.keys()];
  }

  /** A running cell; for tests, which look at what it counts. */
  cellOf(name: string): Cell | undefined {
    return this.#cells.get(name)?.cell;
  }

  /** Timers that run, in all cells. */
  get timerCount(): number {
    let count = this.cell.timerCount;
    for (const { cell, trial } of this.#cells.values())
      count += cell.timerCount + (trial?.cell.timerCount ?? 0);
    return count;
  }

  /** When `settle` has something to do by itself; `Infinity` for never. Ask after `settle`. */
  nextWakeUs(): number {
    let next = Math.min(this.cell.nextWakeUs(), this.#boards?.exchange.nextUs ?? Number.POSITIVE_INFINITY);
    for (const { cell, trial } of this.#cells.values())
      next = Math.min(next, cell.nextWakeUs(), trial?.cell.nextWakeUs() ?? Number.POSITIVE_INFINITY);
    return next;
  }

  /** Runs everything that is due now, in every cell, until nothing is. */
  settle(): void {
    this.#boards?.exchange.expire();
    for (let again = true; again; ) {
      again = this.#turn(this.cell, this.#inbox);
      for (const [name, local] of [...this.#cells]) {
        // Ended, perhaps started anew, by one that ran before it in this round.
        if (this.#cells.get(name) !== local) continue;
        const { cell, inbox, incarnation, trial } = local;
        if (local.over() === undefined) again = this.#turn(cell, inbox, trial) || again;
        const cause = local.over();
        if (cause === undefined) continue;
        this.endCell(name, incarnation, cause);
        again = true;
      }
    }
  }

  /** Links this board with others, by `make`. Once. */
  openBoards(make: (own: OwnBoard) => BoardExchange): BoardExchange {
    const boards = new LocalBoards(
      {
        cells: () => [this.cell, ...[...this.#cells.values()].map(({ cell }) => cell)],
        tellTrials: (item) => {
          for (const { trial } of this.#cells.values()) trial?.router.onNews(item);
        },
        deliver: (cell, incarnation, frame) => this.#peerOf(cell, incarnation)?.post(frame) ?? false,
        named: (name, pid) => this.#registry.claim(name, pid, "board", KERNEL_CELL),
        unnamed: (name, pid) => this.#registry.release(name, pid),
        memberships: () => this.cell.groups.ofBoard(),
        publicNames: () => this.cell.names.listPublic().map(([name, pid]) => [name, exportPid(pid)] as const),
      },
      make,
    );
    this.#boards = boards;
    const { exchange } = boards;
    this.cell.names.watchPublic({
      published: (name, pid) => exchange.published(name, exportPid(pid)),
      withdrawn: (name, pid) => exchange.withdrawn(name, exportPid(pid)),
    });
    this.cell.groups.watchBoard({
      membership: (group, pid, times) => exchange.membership({ group, pid: exportPid(pid), times }),
    });
    return exchange;
  }

  /** Cranks the clock to `us`, stopping at every expiry on the way. */
  advanceTo(us: number): void {
    const { clock } = this.#options;
    for (;;) {
      this.settle();
      const next = this.nextWakeUs();
      if (next > us) break;
      clock.advanceTo(Math.max(next, clock.now()));
    }
    clock.advanceTo(us);
    this.settle();
  }

  #turn(cell: Cell, inbox: Frame[], trial?: LocalTrial): boolean {
    const before = inbox.length;
    if (before > 0) deliverAll(inbox, cell, trial);
    const tried = trial?.turn() === true;
    cell.resources.poll?.((to, message) => cell.post(to, message));
    const due = cell.nextWakeUs() <= this.#options.clock.now();
    if (due) cell.run();
    return before > 0 || due || tried;
  }

  #tellTrial(cell: string, item: Item): void {
    this.#cells.get(cell)?.trial?.router.onNews(item);
  }

  #peerOf(cell: string, incarnation: number): Peer | undefined {
    if (cell === KERNEL_CELL) return direct(1, this.#inbox);
    const local = this.#cells.get(cell);
    return local?.incarnation === incarnation ? direct(incarnation, local.inbox) : undefined;
  }

  #passAfter(name: string, trial: LocalTrial, trialMs: number): void {
    if (!Number.isFinite(trialMs)) return;
    const pass = () => {
      if (this.#cells.get(name)?.trial === trial) trial.router.commit();
    };
    const body: Body = function* trialTime(self): ProcessGenerator {
      yield* self.sleep(trialMs);
      pass();
    };
    this.cell.spawn(body, []);
  }

  #load(spec: CellSpec, life: CellLife): Loaded {
    try {
      return this.#options.load(spec, life);
    } catch (error) {
      return { body: neverRun, failure: crashReason(error) };
    }
  }

  #addSpawner(spec: CellSpec, cell: Cell): void {
    const { cell: name, incarnation } = cell.home;
    const source: BodySource = {
      find: (body) => this.#options.load({ ...spec, body, args: [] }, { name, incarnation }).body,
      request: () => {},
    };
    const pid = cell.spawn(spawner(source), [], { label: "spawner", band: BAND.system });
    cell.names.added(spawnerName(name), pid);
    this.#registry.claim(spawnerName(name), exportPid(pid));
  }

  #namesOf(cell: string): Names {
    const names = new Names();
    for (const { name, pid, scope } of this.#registry.entries()) names.added(name, importPid(pid), scope);
    this.#names.set(cell, names);
    names.connect(this.#claims);
    return names;
  }

  readonly #onNotGiven = (board: string): void => this.#boards?.exchange.notGiven(board);

  readonly #claims: NameClaims = {
    claim: (name, pid, scope) => this.#registry.claim(name, exportPid(pid), scope),
    release: (name, pid) => this.#registry.release(name, exportPid(pid)),
  };

  #groupsOf(cell: string): Groups {
    const groups = new Groups();
    for (const { group, pid, times } of this.#groupRegistry.entries()) {
      groups.told(group, importPid(pid), times);
    }
    this.#groups.set(cell, groups);
    this.#reportGroups(groups);
    return groups;
  }

  #reportGroups(groups: Groups): void {
    groups.connect({
      membership: (group, pid, times) => this.#groupRegistry.set({ group, pid: exportPid(pid), times }),
    });
  }
}

interface Loaded {
  readonly body: Body;
  readonly resources?: CellResources;
  readonly failure?: ExitReason;
}

/** Body of a cell that could not be loaded. */
function* neverRun(): ProcessGenerator {}

function direct(incarnation: number, inbox: Frame[]): Peer {
  return { incarnation, post: (frame) => inbox.push(frame) > 0 };
}

function deliverAll(inbox: Frame[], cell: Cell, trial?: LocalTrial): void {
  for (const frame of inbox.splice(0)) {
    if (trial?.router.onFrame(frame) !== true) cell.deliver(frame);
  }
}

function rootEnd(root: Process | undefined): ExitReason | undefined {
  return root?.state === "dead" ? (root.exitReason ?? "normal") : undefined;
}
