/**
 * The new version's side of a trial: a cell with the home of the old one, whose only way out is the old one.
 *
 * Its process takes one message a resume. What it says is kept until that message is done with, and leaves as one
 * step with the state after it: a version that dies in between has said nothing, so nothing is done twice. Only
 * a handler that waits for an answer has its words sent before.
 */
import { packEntry, unpackEntry } from "../process/belongings.ts";
import type { Cell } from "../process/cell.ts";
import type { Body, Peer } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { Mailbox } from "../process/mailbox.ts";
import type { NameRegistry } from "../process/names.ts";
import { pack, unpack } from "../process/pack.ts";
import { exportPid, importPid, processOf } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Frame } from "../process/signal.ts";
import type { FromTrial, HandedOver, Item, Spoken, ToTrial } from "./gate-frame.ts";
import { JournalledMailbox } from "./journalled-mailbox.ts";
import { TakenWords } from "./taken-words.ts";

export interface TrialStart {
  readonly cell: Cell;
  readonly body: Body;
  /** As the old version was started with. */
  readonly args: readonly unknown[];
  readonly keys: { readonly root: string; readonly spawner: string };
  readonly taken: SharedArrayBuffer;
  /** How often the cell's first process was resumed. */
  resumes(): number;
  tell(frame: FromTrial): void;
  /** Starts the process that spawns for other cells. */
  startSpawner(): void;
}

/** The process that the cell is for, and the one that spawns for others. */
const OWN_PROCESSES = 2;

export class TrialCell {
  readonly #start: TrialStart;
  readonly #cell: Cell;
  readonly #taken: TakenWords;
  #root: Process | undefined;
  #mailbox: JournalledMailbox | undefined;
  #spoken: Spoken[] = [];
  #upTo = 0;
  #toldUpTo = 0;
  /** It came to its first receive. */
  #isProven = false;
  #crash: ExitReason | undefined;
  #state: "waits" | "proven" | "works" | "settles" | "settled" | "over" | "isCell" = "waits";

  constructor(start: TrialStart) {
    this.#start = start;
    this.#cell = start.cell;
    this.#taken = new TakenWords(start.taken);
    start.tell({ control: "loaded" });
  }

  /** The trial is passed: this is the cell now. */
  get isCell(): boolean {
    return this.#state === "isCell";
  }

  /** Nothing more is to be done here. */
  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Else it waits for a word of the old version. */
  get isWorking(): boolean {
    return this.#state === "works" || this.#state === "settles";
  }

  /** The cell's first process, once there is one. */
  get root(): Process | undefined {
    return this.#root;
  }

  /** What is claimed and released goes through the old version. */
  readonly registry: NameRegistry = {
    claim: (name, pid, scope) => this.#spoken.push({ claim: name, pid: exportPid(pid), scope }),
    release: (name, pid) => this.#spoken.push({ release: name, pid: exportPid(pid) }),
  };

  /** The process crashed: the cell's own report. */
  crashed(reason: ExitReason): void {
    this.#crash = reason;
  }

  /** The old version speaks. */
  onFrame(frame: ToTrial): void {
    if (this.#state === "over") return;
    switch (frame.control) {
      case "handOver":
        this.#attempt(() => this.#takeOver(frame.all));
        break;
      case "item":
        this.#attempt(() => this.#take(frame.item, frame.id));
        this.#upTo = frame.id;
        break;
      case "go":
        if (this.#state === "proven") this.#state = "works";
        break;
      case "settle":
        this.#state = "settles";
        this.#settle();
        break;
      case "yours":
        this.#beCell(frame.kept);
        break;
    }
  }

  /** Runs the process for one message; true when there is more to do now. */
  turn(): boolean {
    if (this.#state !== "works" && this.#state !== "settles") return false;
    let busy = false;
    this.#attempt(() => {
      const before = this.#start.resumes();
      busy = this.#cell.run(1);
      if (this.#start.resumes() !== before || this.#upTo !== this.#toldUpTo) this.#afterResume();
    });
    return busy && this.isWorking;
  }

  #takeOver({ snapshot, mailbox, belongings, names, groups, peers, boards }: HandedOver): void {
    const { body, args, keys } = this.#start;
    const cell = this.#cell;
    for (const [name, pid, scope] of names) cell.names.added(name, importPid(pid), scope);
    for (const { group, pid, times } of groups) cell.groups.told(group, importPid(pid), times);
    for (const [other, incarnation] of peers) cell.peerUp(other, this.#peer(other, incarnation));
    for (const { board, life } of boards) this.#boardUp(board, life);
    const root = processOf(cell.spawn(body, args, { label: cell.home.cell }, keys.root))!;
    // Now that there is a process for the pids of the old one.
    cell.inherited = unpack(snapshot, cell.resolve);
    this.#root = root;
    this.#mailbox = new JournalledMailbox(root.mailbox.capacity, this.#taken);
    root.mailbox = this.#mailbox;
    // First it shows that it can take over, then it gets messages.
    cell.messagesInOneGo(0);
    cell.furnish(root, belongings);
    for (const entry of mailbox) {
      this.#mailbox.arriving = ++this.#upTo;
      cell.putBack(root, unpackEntry(entry, cell.resolve));
    }
    this.#mailbox.arriving = 0;
    this.#state = "works";
  }

  #take(item: Item, id: number): void {
    const cell = this.#cell;
    if ("frame" in item) {
      const isMessage = item.frame.kind === "message";
      this.#mailbox!.arriving = isMessage ? id : 0;
      cell.deliver(item.frame);
      this.#mailbox!.arriving = 0;
      // A signal may have ended it.
      if (!isMessage && this.#root!.state === "dead") this.#afterResume();
    } else if ("peerUp" in item) {
      cell.peerUp(item.peerUp, this.#peer(item.peerUp, item.incarnation));
    } else if ("peerDown" in item) {
      cell.peerDown(item.peerDown, item.incarnation, item.cause);
      if (this.#root!.state === "dead") this.#afterResume();
    } else if ("boardUp" in item) {
      this.#boardUp(item.boardUp, item.life);
    } else if ("boardDown" in item) {
      cell.boardDown(item.boardDown, item.life);
      if (this.#root!.state === "dead") this.#afterResume();
    } else if ("cellDown" in item) {
      cell.cellDownAbroad(item.cellDown);
      if (this.#root!.state === "dead") this.#afterResume();
    } else if ("named" in item) {
      cell.names.added(item.named, importPid(item.pid), item.scope);
    } else if ("member" in item) {
      const { group, pid, times } = item.member;
      cell.groups.told(group, importPid(pid), times);
    } else {
      cell.names.removed(item.unnamed, importPid(item.pid));
    }
  }

  #afterResume(): void {
    const root = this.#root!;
    if (this.#crash !== undefined) {
      this.#fail(this.#crash);
      return;
    }
    const others = this.#cell.processCount - OWN_PROCESSES + (root.state === "dead" ? 1 : 0);
    if (others > 0) {
      const what = `${others} more processes on trial: only a cell with one of its own can change its code`;
      this.#fail(crashReason(new TypeError(what)));
      return;
    }
    if (root.state === "dead") {
      this.#state = "over";
      this.#flush();
      this.#start.tell({ control: "over", reason: root.exitReason ?? "normal" });
      return;
    }
    if (this.#start.resumes() === 0) return;
    if (this.#cell.checkpoint === undefined) {
      const what = "the new version takes no snapshot: its body is no behaviour with code change";
      this.#fail(crashReason(new TypeError(what)));
      return;
    }
    this.#step();
    this.#settle();
  }

  /** Tells what was done. In the middle of a message only what cannot wait: somebody is to answer. */
  #step(): void {
    const shown = this.#cell.checkpoint?.();
    if (shown === undefined) {
      this.#flush();
      return;
    }
    const mailbox = this.#mailbox!;
    this.#start.tell({
      control: "step",
      step: {
        upTo: this.#upTo,
        spoken: this.#takeSpoken(),
        pending: [...mailbox.entries()].map((entry) => mailbox.idOf(entry) ?? packEntry(entry)),
        belongings: this.#cell.belongingsOf(this.#root!),
        ...("state" in shown ? { state: pack(shown.state).packed } : {}),
      },
    });
    this.#taken.clear();
    if (!this.#isProven) this.#proven();
    this.#toldUpTo = this.#upTo;
  }

  #proven(): void {
    this.#isProven = true;
    this.#state = "proven";
    this.#cell.messagesInOneGo(1);
    this.#start.startSpawner();
  }

  #settle(): void {
    if (this.#state !== "settles" || this.#cell.checkpoint?.() === undefined) return;
    this.#attempt(() => {
      this.#step();
      this.#state = "settled";
      this.#start.tell({ control: "settled" });
    });
  }

  #beCell(kept: readonly Frame[]): void {
    this.#state = "isCell";
    const cell = this.#cell;
    cell.checkpoint = undefined;
    cell.inherited = undefined;
    cell.messagesInOneGo();
    const root = this.#root!;
    const entries = root.mailbox.takeAll();
    root.mailbox = new Mailbox(root.mailbox.capacity);
    for (const entry of entries) root.mailbox.restore(entry);
    for (const frame of kept) cell.deliver(frame);
  }

  #flush(): void {
    if (this.#spoken.length > 0) this.#start.tell({ control: "spoken", spoken: this.#takeSpoken() });
  }

  #takeSpoken(): Spoken[] {
    const spoken = this.#spoken;
    this.#spoken = [];
    return spoken;
  }

  #peer(cell: string, incarnation: number): Peer {
    return {
      incarnation,
      post: (frame) => this.#spoken.push({ cell, incarnation, frame }) > 0,
    };
  }

  #boardUp(board: string, life: number): void {
    this.#cell.boardUp(board, life, {
      post: (cell, _, frame) =>
        this.#spoken.push({ abroad: { control: "abroad", board, life, cell, frame } }) > 0,
    });
  }

  /** An error here is the new version's: what it knows cannot be sent, or it cannot be taken back. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(crashReason(error));
    }
  }

  #fail(cause: ExitReason): void {
    this.#state = "over";
    this.#spoken = [];
    const { error, stack } = cause as { error: string; stack: string };
    this.#start.tell({ control: "failed", cause: { error, stack } });
  }
}
