/**
 * Process ids: the only authority to send.
 *
 * A `Pid` can't be built from its printed form. Inside its cell it refers to the process itself; when it
 * leaves the cell it carries a 128-bit random key, made on first export, that its home cell checks.
 * `incarnation` counts the lives of the cell: a pid of a former life reaches nobody.
 */
import { randomFillSync } from "node:crypto";
import { inspect } from "node:util";
import type { Process } from "./process.ts";

/** How a pid travels between cells. Never shown to process code. */
export interface WirePid extends PidHome {
  readonly number: number;
  readonly key: string;
}

/** What this file alone may do with the private parts of a pid. */
interface Access {
  createPid(home: PidHome, number: number, process: Process | undefined, key?: string): Pid;
  importPid(wire: WirePid): Pid;
  exportPid(pid: Pid): WirePid;
  processOf(pid: Pid): Process | undefined;
  pidId(pid: Pid): string;
  hasKey(pid: Pid, key: string): boolean;
  equalPid(a: Pid, b: Pid): boolean;
  isPid(value: unknown): value is Pid;
}

/** Known to this file only, so that nobody makes a pid by `pid.constructor`. */
const MINT = Symbol("mint");

let access: Access;

export class Pid {
  readonly #home: PidHome;
  readonly #number: number;
  #key: string | undefined;
  readonly #process: Process | undefined;
  #id: string | undefined;

  constructor(
    mint: symbol,
    home: PidHome,
    number: number,
    key: string | undefined,
    process: Process | undefined,
  ) {
    if (mint !== MINT) throw new TypeError("a pid is given, not made");
    this.#home = home;
    this.#number = number;
    this.#key = key;
    this.#process = process;
  }

  // Accessors without fields: nothing of a pid can be changed or copied from outside.
  get board(): string {
    return this.#home.board;
  }

  get cell(): string {
    return this.#home.cell;
  }

  get incarnation(): number {
    return this.#home.incarnation;
  }

  /** Of another board: the life of its runtime. */
  get life(): number | undefined {
    return this.#home.life;
  }

  get number(): number {
    return this.#number;
  }

  /** `<greenhouse.climate.3>`: for people; not an authority. */
  toString(): string {
    return `<${this.board}.${this.cell}.${this.number}>`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }

  static {
    access = {
      createPid: (home, number, process, key) => new Pid(MINT, home, number, key, process),
      importPid: (wire) => new Pid(MINT, wire, wire.number, wire.key, undefined),
      exportPid: (pid) => {
        pid.#key ??= randomKey();
        const { board, cell, incarnation, life } = pid.#home;
        const wire = { board, cell, incarnation, number: pid.#number, key: pid.#key };
        return life === undefined ? wire : { ...wire, life };
      },
      processOf: (pid) => pid.#process,
      pidId: (pid) => {
        const { board, cell, incarnation, life } = pid.#home;
        pid.#id ??= `${life === undefined ? board : `${board}#${life}`}/${cell}/${incarnation}/${pid.#number}`;
        return pid.#id;
      },
      hasKey: (pid, key) => pid.#key !== undefined && pid.#key === key,
      equalPid: (a, b) => a === b || (a.#key !== undefined && a.#key === b.#key && samePid(a, b)),
      // The prototype is asked first: it is what differs in most values, and quickly seen.
      isPid: (value): value is Pid => value instanceof Pid && #process in value,
    };
    Object.freeze(Pid.prototype);
  }
}

// Constants, not the fields of `access`: the compiler folds and inlines them, and they are in every send.

/** A pid of this cell. `key` is given only for a cell's first process, whose pid exists before the cell runs. */
export const createPid: Access["createPid"] = access!.createPid;
/** A pid of another cell, as it came over the transport. */
export const importPid: Access["importPid"] = access!.importPid;
/** The travelling form; makes the key when the pid leaves its cell for the first time. */
export const exportPid: Access["exportPid"] = access!.exportPid;
/** The process behind a pid of this isolate, `undefined` for pids of other cells. */
export const processOf: Access["processOf"] = access!.processOf;
/** A string that is equal exactly for pids of the same process; for maps. Kept. Not an authority. */
export const pidId: Access["pidId"] = access!.pidId;
/** True when the pid was exported with exactly this key. */
export const hasKey: Access["hasKey"] = access!.hasKey;
/** Same process and same authority: not so for a pid that somebody made up. */
export const equalPid: Access["equalPid"] = access!.equalPid;
/** True for pids only: not for clones of their fields, nor for objects that were given their prototype. */
export const isPid: Access["isPid"] = access!.isPid;

/** Where a pid is at home. */
export interface PidHome {
  readonly board: string;
  readonly cell: string;
  /** Counts the lives of the cell. */
  readonly incarnation: number;
  /** Of another board, and there only: counts the lives of its runtime, in each of which its cells count anew. */
  readonly life?: number;
}

/** Of a process of that cell of this board: a cell of another board may have the same name. */
export function isOfCell(pid: PidHome, cell: string): boolean {
  return pid.cell === cell && pid.life === undefined;
}

/** Same process, also when the two objects came by different ways. */
export function samePid(a: Pid, b: Pid): boolean {
  if (a === b) return true;
  return (
    a.number === b.number &&
    a.incarnation === b.incarnation &&
    a.cell === b.cell &&
    a.board === b.board &&
    a.life === b.life
  );
}

/** 128 bits from the system's secure source, 32 hex digits; drawn in blocks because a draw costs a call. */
export function randomKey(): string {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += 16;
  return pool.toString("hex", poolAt - 16, poolAt);
}

const pool = Buffer.alloc(16 * 256);
let poolAt = pool.length;
