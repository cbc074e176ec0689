/**
 * A network of boards in virtual time, and what befalls it, all from one seed: packets are lost, late, doubled, out of order,
 * cut one way or both; boards stand still, are killed, and begin anew; wills come late or never. In the end it heals.
 */
import type { CellResources } from "../../../runtime/process/cell-contract.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { LinkedCells } from "../../runtime/boards/linked-cells.ts";
import { drawer } from "../../soak/draw.ts";
import { type CompanyPlan, company } from "../actors/company.ts";
import type { ActorResources } from "../actors/witness.ts";
import type { Entry, Happening, Times } from "../history/entry.ts";

const BOARDS = ["greenhouse", "pumphouse", "shed"] as const;
const HEARTBEAT_US = 500_000;
const ORDER_EVERY_MS = 500;
/** An order has a deadline of two periods; a link holds nothing for longer than its silence and two beats. */
export const TIMES: Times = {
  leaseUs: 3_000_000,
  lostUs: 2_000_000,
  oldestUs: 2 * ORDER_EVERY_MS * 1000 + 2_000_000 + 2 * HEARTBEAT_US,
  slackUs: 2_000,
};
/** Lets everything end that was under way: a lease, silence on both sides, the longest time between two attempts to meet. */
const QUIET_MS = 30_000;

/** How packets fare from one board to another, ms and per cent. */
interface Way {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  readonly doublePercent: number;
}

/** Packets that a liar keeps, and that he plays again at a time. */
const MOST_RECORDED = 20_000;
const REPLAYED = 200;

const CLEAR: Way = { delayMs: 1, jitterMs: 0, lossPercent: 0, doublePercent: 0 };
const CUT: Way = { ...CLEAR, lossPercent: 100 };
const WEATHER: readonly (readonly [string, Way])[] = [
  ["clear", CLEAR],
  ["30 % lost", { ...CLEAR, lossPercent: 30 }],
  ["500 ms late", { ...CLEAR, delayMs: 500 }],
  ["out of order", { ...CLEAR, jitterMs: 200 }],
  ["half of all twice", { ...CLEAR, jitterMs: 60, doublePercent: 50 }],
  ["3 s late", { ...CLEAR, delayMs: 3000 }],
  ["all of it", { delayMs: 100, jitterMs: 400, lossPercent: 20, doublePercent: 20 }],
];

export class Storm {
  readonly entries: Entry[] = [];
  readonly #draw: (limit: number) => number;
  readonly #clock = new VirtualClock();
  readonly #net: LinkedCells;
  readonly #ways = new Map<string, Way>();
  readonly #lives = new Map<string, number>();
  readonly #still = new Set<string>();
  readonly #boards: readonly string[];
  /** What somebody has recorded: packets of all lives and sessions. */
  readonly #said: { readonly from: string; readonly to: string; readonly bytes: Uint8Array }[] = [];

  /** `boards`: two or three. */
  constructor(seed: number, boards: 2 | 3 = 3) {
    this.#draw = drawer(seed);
    this.#boards = BOARDS.slice(0, boards);
    const limits = { heartbeatUs: HEARTBEAT_US, lostUs: TIMES.lostUs };
    for (const board of this.#boards) this.#lives.set(board, 1);
    this.#net = new LinkedCells(
      this.#boards,
      limits,
      {},
      {
        clock: this.#clock,
        resourcesOf: (board, life) => this.#resourcesOf(board, life),
        linkUp: (board, peer, life) =>
          this.#write(this.#lifeOf(board), { what: "linkUp", peer: `${peer}#${life}` }),
        linkDown: (board, peer, life, cause) =>
          this.#write(this.#lifeOf(board), { what: "linkDown", peer: `${peer}#${life}`, cause }),
      },
    );
    this.#net.fate = (from, to, bytes) => {
      if (this.#said.length < MOST_RECORDED) this.#said.push({ from, to, bytes });
      return this.#fate(this.#ways.get(`${from} ${to}`) ?? CLEAR);
    };
    for (const board of this.#boards) this.#populate(board);
  }

  /** So many seconds in which nothing befalls anybody. */
  calm(seconds: number): readonly Entry[] {
    this.#net.pass(seconds * 1000);
    return this.entries;
  }

  /** So many seconds with one fault after the other, then the end of all of them, and quiet. */
  rage(seconds: number): readonly Entry[] {
    for (let passedMs = 0; passedMs < seconds * 1000; ) {
      this.#befall();
      const ms = 200 + this.#draw(4000);
      this.#net.pass(ms);
      passedMs += ms;
    }
    this.#ways.clear();
    for (const board of [...this.#still]) this.#continue(board);
    this.#net.meet((board) => this.#lives.get(board)!);
    this.#net.pass(QUIET_MS);
    return this.entries;
  }

  #befall(): void {
    const board = this.#boards[this.#draw(this.#boards.length)]!;
    switch (this.#draw(9)) {
      case 0:
        this.#kill(board);
        break;
      case 1:
        if (this.#still.has(board)) this.#continue(board);
        else this.#stop(board);
        break;
      case 2:
        this.#lie(board);
        break;
      case 3:
      case 4:
        this.#cut(board);
        break;
      default:
        this.#weather(board);
    }
  }

  /** Somebody plays again what he has recorded, and publishes statuses that nobody gave. */
  #lie(board: string): void {
    this.#write(board, { what: "fault", text: "lies" });
    for (let packet = 0; packet < REPLAYED && this.#said.length > 0; packet++) {
      const { from, to, bytes } = this.#said[this.#draw(this.#said.length)]!;
      if (!this.#still.has(to)) this.#net.of(to).exchange.packet(from, bytes);
    }
    if (this.#still.has(board)) return;
    const { exchange } = this.#net.of(board);
    if (this.#draw(2) === 0) exchange.absent(this.#other(board));
    else exchange.present(this.#other(board), 99);
  }

  #weather(board: string): void {
    const [text, way] = WEATHER[this.#draw(WEATHER.length)]!;
    const other = this.#other(board);
    this.#ways.set(`${board} ${other}`, way);
    if (this.#draw(3) > 0) this.#ways.set(`${other} ${board}`, way);
    this.#write(board, { what: "fault", text: `to ${other}: ${text}` });
  }

  #cut(board: string): void {
    const other = this.#other(board);
    this.#ways.set(`${board} ${other}`, CUT);
    const isOneWay = this.#draw(2) === 0;
    if (!isOneWay) this.#ways.set(`${other} ${board}`, CUT);
    this.#write(board, { what: "fault", text: `${isOneWay ? "one-way cut" : "cut"} to ${other}` });
    // A broker that is cut off says so when it likes.
    if (this.#draw(3) === 0) this.#net.of(other).exchange.absent(board);
  }

  #kill(board: string): void {
    this.#still.delete(board);
    this.#net.continue(board);
    this.#write(this.#lifeOf(board), { what: "ended" });
    const life = this.#lives.get(board)! + 1;
    this.#lives.set(board, life);
    const others = this.#boards.filter((other) => other !== board && !this.#still.has(other));
    if (this.#draw(2) === 0) for (const other of others) this.#net.of(other).exchange.absent(board);
    this.#net.boot(board, life);
    this.#populate(board);
    for (const other of others) {
      this.#net.of(board).exchange.present(other, this.#lives.get(other)!);
      if (this.#draw(3) > 0) this.#net.of(other).exchange.present(board, life);
    }
  }

  #stop(board: string): void {
    this.#still.add(board);
    this.#net.stop(board);
    this.#write(this.#lifeOf(board), { what: "stopped" });
  }

  #continue(board: string): void {
    this.#still.delete(board);
    this.#write(this.#lifeOf(board), { what: "continued" });
    this.#net.continue(board);
  }

  #fate({ delayMs, jitterMs, lossPercent, doublePercent }: Way): number[] {
    if (this.#draw(100) < lossPercent) return [];
    const times = this.#draw(100) < doublePercent ? 2 : 1;
    return Array.from({ length: times }, () => delayMs + (jitterMs === 0 ? 0 : this.#draw(jitterMs)));
  }

  #populate(board: string): void {
    const plan: CompanyPlan = {
      board,
      boards: this.#boards,
      talkers: 2,
      everyMs: 200,
      longest: 200_000,
      oneIn: { long: 40, link: 20, end: 600 },
      lease: { leaseMs: TIMES.leaseUs / 1000, everyMs: ORDER_EVERY_MS },
    };
    this.#net.of(board).cell.spawn(company, [plan]);
  }

  #resourcesOf(board: string, life: number): CellResources {
    const resources: ActorResources = {
      home: { board, life },
      draw: this.#draw,
      write: (entry) => void this.entries.push(entry),
    };
    return resources;
  }

  #lifeOf(board: string): string {
    return `${board}#${this.#lives.get(board)}`;
  }

  #other(board: string): string {
    const others = this.#boards.filter((other) => other !== board);
    return others[this.#draw(others.length)]!;
  }

  #write(who: string, happening: Happening): void {
    this.entries.push({ atUs: this.#clock.now(), who, ...happening });
  }
}
