/**
 * The old version's cell during a trial: its process stands still, and everything that comes for it goes on to the
 * new version, which speaks through here. The ports stay with this cell, because a thread that is ended takes
 * what waits in its ports along.
 *
 *   boots   the new version loads its code; the old one works on
 *   stops   the old process comes to the end of what it has at hand
 *   trial   the new one works; a journal keeps what it is not done with
 *   settles the new one comes to the end of a message, to be given the ports
 *
 * A roll-back in any of them has the old process go on: with the state of the last step, as the new version says
 * that the old one would have it, and with all messages that are not done with, but for those that killed it.
 */
import type { Snapshot } from "../behaviour/system-message.ts";
import type { BoardWay } from "../cell/board-ways.ts";
import type { AbroadFrame } from "../cell/control-frame.ts";
import { type Belongings, packEntry, unpackEntry } from "../process/belongings.ts";
import type { Cell } from "../process/cell.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { pack, unpack } from "../process/pack.ts";
import { exportPid, importPid } from "../process/pid.ts";
import { BAND, type Process } from "../process/process.ts";
import { apart, type Frame } from "../process/signal.ts";
import type { FromTrial, Item, Spoken, ToTrial } from "./gate-frame.ts";
import { goingOn, stopping } from "./hand-over-process.ts";
import { Journal } from "./journal.ts";
import { printMessage } from "./print-message.ts";
import { TakenWords } from "./taken-words.ts";

/** What the router does to the world around its cell. */
export interface RouterWays {
  toTrial(frame: ToTrial): void;
  /** What has come from the new version and was not looked at: before anything is decided. */
  drain(): void;
  /** As `Peer.post`; `undefined` when that life of the other cell is not known. */
  toPeer(cell: string, incarnation: number, frame: Frame): boolean | undefined;
  peers(): readonly (readonly [cell: string, incarnation: number])[];
  /** To another board; false when a message finds no room. */
  toBoard(frame: AbroadFrame): boolean;
  boards(): readonly BoardWay[];
  claim(spoken: Extract<Spoken, { claim: string }>): void;
  release(spoken: Extract<Spoken, { release: string }>): void;
  /** The new version could begin: `go` is to follow. */
  live(): void;
  /** The new version is no good: `gone` is to follow. */
  failed(cause: ExitReason): void;
  /** The router's part ends: the old process goes on. `lost`: messages as text. */
  rolledBack(cause: ExitReason, lost: readonly string[]): void;
  /** The router's part ends: the new version gets the ways, and this cell ends in silence. */
  handOver(kept: readonly Frame[]): void;
  /** The process ended, by itself or by a signal: the whole cell does. */
  over(reason: ExitReason): void;
}

const NO_BELONGINGS: Belongings = {
  bonds: { links: [], watchers: [], watching: [], lastRef: 0, lastLink: 0 },
  timers: [],
  names: [],
  trapExit: false,
};

/** The process that the cell is for, and the one that spawns for others. */
const OWN_PROCESSES = 2;
const ROOT = 1;

export class TrialRouter {
  readonly #cell: Cell;
  readonly #root: Process;
  readonly #ways: RouterWays;
  readonly #taken: TakenWords;
  readonly #limitMs: number;
  /** Frames for other processes of the cell, kept back. */
  readonly #kept: Frame[] = [];
  #journal: Journal | undefined;
  #state: "boots" | "stops" | "trial" | "settles" | "over" = "boots";
  #isLive = false;
  /** Told when the old process goes on that was just about to stop. */
  #rolledBack: () => void = () => {};
  /** What the new version said of its end. */
  #cause: ExitReason | undefined;

  /** `taken`: shared with the new version. `limitMs`: for the old process to stop. */
  constructor(cell: Cell, ways: RouterWays, taken: SharedArrayBuffer, limitMs: number) {
    this.#cell = cell;
    this.#root = cell.processAt(ROOT)!;
    this.#ways = ways;
    this.#taken = new TakenWords(taken);
    this.#limitMs = limitMs;
  }

  /** A frame of another cell; true when it is not for this cell's own processes now. */
  onFrame(frame: Frame): boolean {
    if (this.#journal === undefined) return false;
    if (frame.to.number !== ROOT) this.#kept.push(frame);
    else if (frame.kind === "message") for (const part of apart(frame)) this.#forRoot(part, this.#journal);
    else this.#forRoot(frame, this.#journal);
    return true;
  }

  #forRoot(frame: Frame, { messages }: Journal): void {
    const full = messages >= this.#root.mailbox.capacity;
    if (full && frame.kind === "message") this.#cell.counts.overflow++;
    else this.onNews({ frame });
  }

  /** News of the board, after this cell has heard them itself. */
  onNews(item: Item): void {
    if (this.#journal === undefined) return;
    this.#ways.toTrial({ control: "item", id: this.#journal.add(item), item });
  }

  /** The new version speaks. */
  onTrial(frame: FromTrial): void {
    if (this.#state === "over") return;
    switch (frame.control) {
      case "loaded":
        this.#stop();
        break;
      case "step":
        this.#journal?.step(frame.step);
        this.#speak(frame.step.spoken);
        if (!this.#isLive) this.#ways.live();
        this.#isLive = true;
        break;
      case "spoken":
        this.#speak(frame.spoken);
        break;
      case "settled":
        this.#state = "over";
        this.#ways.handOver(this.#kept);
        break;
      case "failed":
        this.#cause = frame.cause;
        this.#ways.failed(frame.cause);
        break;
      case "over":
        this.#state = "over";
        this.#ways.over(frame.reason);
        break;
    }
  }

  /** It has what this version held. */
  go(): void {
    if (this.#state === "trial") this.#ways.toTrial({ control: "go" });
  }

  /** The trial time is over: the new version is to be the cell. */
  commit(): void {
    if (this.#state !== "trial") return;
    this.#state = "settles";
    this.#ways.toTrial({ control: "settle" });
  }

  /** The new version is gone. `blame`: for what it had at hand; else that is delivered again, too. */
  gone(cause: ExitReason, blame: boolean): void {
    this.#ways.drain();
    if (this.#state !== "over") this.#rollBack(this.#cause ?? cause, blame);
  }

  #stop(): void {
    this.#state = "stops";
    const body = stopping(
      this.#root.pid,
      this.#limitMs,
      (snapshot) => this.#handOver(snapshot),
      (error) => {
        if (this.#state === "stops") this.#ways.rolledBack(crashReason(error), []);
        else this.#rolledBack();
        this.#state = "over";
      },
    );
    this.#cell.spawn(body, [], { label: "code change", band: BAND.system });
  }

  #handOver(snapshot: Snapshot): void {
    const why = this.#refusal();
    if (this.#state !== "stops" || why !== undefined) {
      if (this.#state === "stops") {
        this.#state = "over";
        this.#goOn(undefined, () => this.#ways.rolledBack(crashReason(new TypeError(why)), []));
      } else this.#goOn(undefined, () => this.#rolledBack());
      return;
    }
    const belongings = this.#cell.belongingsOf(this.#root);
    const mailbox = [...this.#root.mailbox.entries()].map(packEntry);
    const names = this.#cell.names;
    this.#ways.toTrial({
      control: "handOver",
      all: {
        version: snapshot.version,
        snapshot: pack(snapshot).packed,
        mailbox,
        belongings,
        names: names
          .list()
          .map((name) => [name, exportPid(names.whereis(name)!), names.scopeOf(name)!] as const),
        groups: [...this.#cell.groups.memberships()].map(({ pid, ...rest }) => ({
          ...rest,
          pid: exportPid(pid),
        })),
        peers: this.#ways.peers(),
        boards: this.#ways.boards(),
      },
    });
    this.#root.mailbox.takeAll();
    this.#cell.furnish(this.#root, { ...NO_BELONGINGS, trapExit: belongings.trapExit });
    this.#journal = new Journal(mailbox, belongings);
    this.#state = "trial";
  }

  /** Why this cell cannot change its code. */
  #refusal(): string | undefined {
    const others = this.#cell.processCount - OWN_PROCESSES - 1;
    if (others > 0)
      return `the cell has ${others} more processes: only a cell with one of its own can change its code`;
    return this.#cell.groups.isUsedBy(this.#root.pid)
      ? "it is in process groups or monitors some: these cannot be handed over"
      : undefined;
  }

  #speak(spoken: readonly Spoken[]): void {
    for (const one of spoken) {
      if ("frame" in one) {
        if (this.#ways.toPeer(one.cell, one.incarnation, one.frame) === false) this.#cell.counts.credit++;
      } else if ("abroad" in one) {
        if (!this.#ways.toBoard(one.abroad)) this.#cell.counts.credit++;
      } else if ("claim" in one) this.#ways.claim(one);
      else this.#ways.release(one);
    }
  }

  #rollBack(cause: ExitReason, blame: boolean): void {
    const journal = this.#journal;
    const stops = this.#state === "stops";
    const stands = this.#state === "trial" || this.#state === "settles";
    this.#state = "over";
    this.#journal = undefined;
    const lost: string[] = [];
    if (stops) {
      // The old process is about to stop: it goes on first.
      this.#rolledBack = () => this.#ways.rolledBack(cause, []);
      return;
    }
    if (journal !== undefined && stands) {
      const root = this.#root;
      const back = journal.comeBack(blame ? this.#taken.ids() : []);
      const { resolve } = this.#cell;
      this.#cell.furnish(root, back.belongings);
      for (const entry of back.mailbox) this.#cell.putBack(root, unpackEntry(entry, resolve));
      for (const { item, lost } of back.items) this.#applyAgain(item, lost);
      lost.push(...back.lost.map((entry) => printMessage(unpackEntry(entry, importPid).message)));
      for (const frame of this.#kept) this.#cell.deliver(frame);
      const value = back.state && { value: unpack(back.state, resolve) };
      this.#goOn(value, () => this.#ways.rolledBack(cause, lost));
      return;
    }
    this.#ways.rolledBack(cause, lost);
  }

  /** As the new version would have taken it; a message that is lost leaves no more than its mark on bonds. */
  #applyAgain(item: Item, lost: boolean): void {
    if ("peerDown" in item) this.#cell.peerDown(item.peerDown, item.incarnation, item.cause);
    else if ("boardDown" in item) this.#cell.boardDown(item.boardDown, item.life);
    else if ("cellDown" in item) this.#cell.cellDownAbroad(item.cellDown);
    else if ("frame" in item) {
      const root = this.#root;
      const waiting = lost ? root.mailbox.takeAll() : [];
      this.#cell.deliver(lost ? structuredClone(item.frame) : item.frame);
      if (!lost) return;
      root.mailbox.takeAll();
      for (const entry of waiting) root.mailbox.restore(entry);
    }
  }

  /** `then`: it works again, and may change its code anew. */
  #goOn(state: { readonly value: unknown } | undefined, then: () => void): void {
    const told = (error: unknown) => this.#cell.report(this.#root, crashReason(error));
    this.#cell.spawn(goingOn(this.#root.pid, state, told, then), [], {
      label: "code change",
      band: BAND.system,
    });
  }
}
