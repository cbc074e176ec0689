/** Boards with a cell each, linked by a network in virtual time: what processes say crosses as bytes. */
import { BoardExchange } from "../../../runtime/boards/board-exchange.ts";
import type { BoardRights } from "../../../runtime/boards/board-rights.ts";
import { LINK_LIMITS, type LinkLimits } from "../../../runtime/boards/session.ts";
import { pairKey } from "../../../runtime/boards/session-keys.ts";
import { Cell } from "../../../runtime/process/cell.ts";
import type { CellResources, CrashReport } from "../../../runtime/process/cell-contract.ts";
import { describeReason } from "../../../runtime/process/exit-reason.ts";
import { exportPid, importPid } from "../../../runtime/process/pid.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { ALL_BUT_PRIVATE } from "../../contracts/link-cell.ts";

const SECRET = Buffer.from("secret");
const CELL = "main";

/** What becomes of a packet: it arrives after each of these times, ms. */
export type Fate = (from: string, to: string, bytes: Uint8Array) => readonly number[];

export interface LinkedBoard {
  readonly cell: Cell;
  readonly exchange: BoardExchange;
  readonly told: string[];
  /** Processes that crashed, or were stopped for a contract that they broke. */
  readonly crashed: string[];
}

/** Who gives the network its clock and cells their resources, and hears of the links of boards. */
export interface LinkedCellsHost {
  readonly clock: VirtualClock;
  resourcesOf(board: string, incarnation: number): CellResources;
  linkUp(board: string, peer: string, life: number): void;
  linkDown(board: string, peer: string, life: number, why: string): void;
}

export class LinkedCells {
  readonly clock: VirtualClock;
  fate: Fate = () => [1];
  readonly #boards = new Map<string, LinkedBoard>();
  /** Boards that stand still, with what waits for them. */
  readonly #still = new Map<string, (() => void)[]>();
  readonly #host: LinkedCellsHost | undefined;
  readonly #arrivals: { readonly atUs: number; readonly arrive: () => void }[] = [];
  readonly #limits: LinkLimits;
  readonly #rights: Readonly<Record<string, BoardRights>>;
  readonly #mostBonds: number | undefined;
  #randoms = 0;

  /** `rights`: what each board lets others know; default: all. `mostBonds`: monitors and links of one board on another. */
  constructor(
    boards: readonly string[],
    limits: Partial<LinkLimits> = {},
    rights: Readonly<Record<string, BoardRights>> = {},
    host?: LinkedCellsHost,
    mostBonds?: number,
  ) {
    this.#mostBonds = mostBonds;
    this.#host = host;
    this.clock = host?.clock ?? new VirtualClock();
    this.#limits = { ...LINK_LIMITS, ...limits };
    this.#rights = rights;
    for (const board of boards) this.boot(board, 1);
    this.meet();
  }

  of(board: string): LinkedBoard {
    return this.#boards.get(board)!;
  }

  /** A new life of the runtime of this board; the one before is gone without a word. */
  boot(board: string, incarnation: number): LinkedBoard {
    const clock = this.clock;
    const onNotGiven = (from: string) => exchange.notGiven(from);
    const told: string[] = [];
    const crashed: string[] = [];
    const onCrash = ({ label, reason }: CrashReport) =>
      void crashed.push(`${label}: ${describeReason(reason)}`);
    const resources = this.#host?.resourcesOf(board, incarnation);
    const options = { board, cell: CELL, incarnation: 1, clock, onNotGiven, onCrash };
    const cell = new Cell(resources === undefined ? options : { ...options, resources });
    const exchange: BoardExchange = new BoardExchange({
      us: { board, uid: Uint8Array.from(Buffer.alloc(16, board)), incarnation },
      limits: this.#limits,
      ...(this.#mostBonds !== undefined && { mostBonds: this.#mostBonds }),
      rights: this.#rights[board] ?? ALL_BUT_PRIVATE,
      keyFor: (other) => pairKey(SECRET, board, other),
      publish: (to, bytes) => this.#publish(board, to, bytes),
      random: (length) => new Uint8Array(length).fill(++this.#randoms),
      nowUs: () => clock.now(),
      wallMs: () => clock.now() / 1000,
      own: {
        deliver: (name, life, frame) => {
          if (name !== CELL || life !== 1) return "gone";
          cell.deliver(frame);
          return "ok";
        },
        boardUp: (other, life) => {
          told.push(`up ${other}`);
          this.#host?.linkUp(board, other, life);
          cell.boardUp(other, life, {
            post: (name, _, frame) => exchange.route(other, life, name, frame),
          });
        },
        boardDown: (other, life, why) => {
          told.push(`down ${other} ${why}`);
          this.#host?.linkDown(board, other, life, why);
          cell.boardDown(other, life);
        },
        cellDown: (down) => cell.cellDownAbroad(down),
        named: (name, pid) => cell.names.added(name, importPid(pid)),
        unnamed: (name, pid) => cell.names.removed(name, importPid(pid)),
        member: ({ group, pid, times }) => cell.groups.told(group, importPid(pid), times),
        memberships: () => cell.groups.ofBoard(),
        publicNames: () => cell.names.listPublic().map(([name, pid]) => [name, exportPid(pid)] as const),
      },
    });
    cell.names.watchPublic({
      published: (name, pid) => exchange.published(name, exportPid(pid)),
      withdrawn: (name, pid) => exchange.withdrawn(name, exportPid(pid)),
    });
    cell.groups.watchBoard({
      membership: (group, pid, times) => exchange.membership({ group, pid: exportPid(pid), times }),
    });
    const linked = { cell, exchange, told, crashed };
    this.#boards.set(board, linked);
    return linked;
  }

  /** The board stands still, as under SIGSTOP: nothing of it runs, and what arrives waits. */
  stop(board: string): void {
    this.#still.set(board, []);
  }

  /** It goes on: what waited comes first, timers that were due after that, as in an event loop. */
  continue(board: string): void {
    const waiting = this.#still.get(board) ?? [];
    this.#still.delete(board);
    for (const arrive of waiting) arrive();
  }

  /** Everybody hears of everybody, as of their status topics. */
  meet(incarnation: (board: string) => number = () => 1): void {
    for (const { exchange } of this.#boards.values())
      for (const board of this.#boards.keys()) exchange.present(board, incarnation(board));
    this.pass(20);
  }

  /** Lets so much time pass, ms. */
  pass(ms: number): void {
    for (const endUs = this.clock.now() + ms * 1000; ; ) {
      const awake = [...this.#boards].filter(([board]) => !this.#still.has(board)).map(([, one]) => one);
      for (const { cell } of awake) while (cell.run());
      this.#arrivals.sort((a, b) => a.atUs - b.atUs);
      const dues = awake.flatMap(({ cell, exchange }) => [cell.nextWakeUs(), exchange.nextUs]);
      const nextUs = Math.max(Math.min(this.#arrivals[0]?.atUs ?? Infinity, ...dues), this.clock.now());
      if (nextUs > endUs) {
        this.clock.advanceTo(endUs);
        return;
      }
      this.clock.advanceTo(nextUs);
      if ((this.#arrivals[0]?.atUs ?? Infinity) <= nextUs) this.#arrivals.shift()!.arrive();
      for (const { exchange } of awake) exchange.expire();
    }
  }

  #publish(from: string, to: string, bytes: Uint8Array): void {
    for (const ms of this.fate(from, to, bytes)) {
      const atUs = this.clock.now() + ms * 1000;
      const arrive = () => this.#boards.get(to)?.exchange.packet(from, bytes);
      this.#arrivals.push({ atUs, arrive: () => void (this.#still.get(to)?.push(arrive) ?? arrive()) });
    }
  }
}
