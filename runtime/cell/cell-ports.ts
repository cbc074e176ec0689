/** A thread cell's ends of its ports: frames go to the cell, control frames change who is known. */
import type { FromTrial } from "../code-change/gate-frame.ts";
import { type RouterWays, TrialRouter } from "../code-change/trial-router.ts";
import { Inspection } from "../introspection/inspection.ts";
import type { Cell } from "../process/cell.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Groups } from "../process/groups.ts";
import { Names } from "../process/names.ts";
import { exportPid, importPid } from "../process/pid.ts";
import type { Frame } from "../process/signal.ts";
import { readThreadTime } from "../time/thread-time.ts";
import { type BoardWay, BoardWays } from "./board-ways.ts";
import type { AbroadFrame, ControlFrame, PeerLink, PortFrame } from "./control-frame.ts";
import { isControl } from "./control-frame.ts";
import { PortPeer } from "./port-peer.ts";

/** Frames taken from one port before the next gets its turn. */
const FRAMES_PER_TURN = 256;

/** What a cell does that speaks with other boards. */
export interface PortGate {
  /** A process of this board has something for one of another. */
  abroad(frame: AbroadFrame): void;
  /** The life of another cell of this board is over. */
  cellDown(cell: string, incarnation: number, cause: ExitReason): void;
  /** A process of that board used a pid that it was not given. */
  notGiven(board: string): void;
  /** For a cell that is new: the boards that can be reached, and who of them is in which group. */
  present(): readonly ControlFrame[];
}

export class CellPorts {
  readonly names: Names;
  readonly groups: Groups;
  readonly #peers = new Map<string, PortPeer>();
  readonly #kernel: PortPeer;
  readonly #event: boolean;
  readonly #boards = new BoardWays();
  /** Peers that hold something back until `flush`. */
  readonly #holding = new Set<PortPeer>();
  #gate: PortGate | undefined;
  #cell: Cell | undefined;
  #inspection: Inspection | undefined;
  #wake: () => void = () => {};
  /** While a new version of this cell is on trial. */
  #trial: { readonly router: TrialRouter; readonly gate: PortPeer } | undefined;

  /** `event`: frames are handed over by Node's event loop. */
  constructor(kernel: PeerLink, event: boolean, names = new Names(), groups = new Groups()) {
    this.names = names;
    this.groups = groups;
    this.#event = event;
    this.#kernel = new PortPeer(kernel);
    this.#peers.set(kernel.cell, this.#kernel);
  }

  tellKernel(frame: ControlFrame): void {
    this.#kernel.post(frame);
  }

  connect(cell: Cell): void {
    this.takeOver(cell, []);
    this.names.connect({
      claim: (name, pid, scope) => this.tellKernel({ control: "claim", name, pid: exportPid(pid), scope }),
      release: (name, pid) => this.tellKernel({ control: "release", name, pid: exportPid(pid) }),
    });
    this.groups.connect({
      membership: (group, pid, times) =>
        this.tellKernel({ control: "member", membership: { group, pid: exportPid(pid), times } }),
    });
  }

  /** As `connect`, of a cell whose names are connected, with the ways that another thread had. */
  takeOver(cell: Cell, ways: readonly PeerLink[], boards: readonly BoardWay[] = []): void {
    this.#cell = cell;
    this.#inspection = new Inspection(cell, readThreadTime);
    for (const link of ways) this.#peers.set(link.cell, new PortPeer(link));
    for (const peer of this.#peers.values()) cell.peerUp(peer.cell, peer);
    for (const way of boards) this.#boardUp(way);
  }

  /** Of the cell. */
  get cellName(): string {
    return this.#cell!.home.cell;
  }

  /** From now on this cell speaks with other boards. */
  openGate(gate: PortGate): void {
    this.#gate = gate;
  }

  /** To a cell of this board with the next `flush`, as `Peer.post`; `undefined` when that life of it is not known. */
  toCell(cell: string, incarnation: number, frame: Frame): boolean | undefined {
    const { home } = this.#cell!;
    if (cell === home.cell) {
      if (incarnation !== home.incarnation) return undefined;
      this.#cell!.deliver(frame);
      this.#wake();
      return true;
    }
    const peer = this.#peers.get(cell);
    if (peer?.incarnation !== incarnation) return undefined;
    this.#holding.add(peer);
    return peer.hold(frame);
  }

  /** What went to cells leaves: at the end of each turn that brought something. */
  flush(): void {
    for (const peer of this.#holding) peer.flush();
    this.#holding.clear();
  }

  /** To every cell of this board, this one too. */
  tellCells(frame: ControlFrame): void {
    for (const peer of this.#peers.values()) peer.post(frame);
    this.#onFrame(frame);
    this.#wake();
  }

  /** A process of that other board used a pid that it was not given: whoever speaks with it is told. */
  notGiven(board: string): void {
    const by = this.#boards.by(board);
    if (by === this.#cell?.home.cell) this.#gate?.notGiven(board);
    else if (by !== undefined) this.#peers.get(by)?.post({ control: "notGiven", board });
  }

  /** What the kernel said so far: whoever sends us a pid was introduced by the kernel before. */
  drainKernel(): void {
    this.#kernel.drain(this.#onFrame);
  }

  /** The kernel's port comes first. True when a port had more than its turn. */
  drain(): boolean {
    let more = false;
    for (const peer of this.#peers.values()) {
      const onFrame = peer === this.#kernel ? this.#onFrame : this.#onPeerFrame;
      if (peer.drain(onFrame, FRAMES_PER_TURN) >= FRAMES_PER_TURN) more = true;
    }
    this.#drainTrial();
    return more;
  }

  listen(wake: () => void): void {
    this.#wake = wake;
    for (const peer of this.#peers.values()) this.#listenTo(peer);
  }

  #listenTo(peer: PortPeer): void {
    peer.listen((frame) => {
      this.#onFrame(frame);
      if (!("control" in frame && frame.control === "abroad")) this.#wake(); // that is for no process here
    });
  }

  #drainTrial(): void {
    this.#trial?.gate.drain((frame) => {
      const said = frame as FromTrial | ControlFrame;
      if (said.control === "log") this.tellKernel(said);
      else if (said.control === "notGiven") this.notGiven(said.board);
      else this.#trial?.router.onTrial(said as FromTrial);
    });
  }

  #beginTrial({ gate: link, taken, limitMs }: Extract<ControlFrame, { control: "trial" }>): void {
    const gate = new PortPeer(link);
    const over = () => {
      this.#trial = undefined;
    };
    const ways: RouterWays = {
      toTrial: (frame) => void gate.post(frame),
      drain: () => this.#drainTrial(),
      toPeer: (cell, incarnation, frame) => {
        const peer = this.#peers.get(cell);
        return peer?.incarnation === incarnation ? peer.post(frame) : undefined;
      },
      toBoard: (frame) => this.#toBoard(frame),
      boards: () => this.#boards.list(),
      peers: () => [...this.#peers.values()].map(({ cell, incarnation }) => [cell, incarnation] as const),
      claim: ({ claim, pid, scope }) => this.names.claim(claim, importPid(pid), scope),
      release: ({ release, pid }) => this.names.release(release, importPid(pid)),
      live: () => this.tellKernel({ control: "trialLive" }),
      failed: (cause) => this.tellKernel({ control: "trialFailed", cause }),
      rolledBack: (cause, lost) => {
        over();
        this.tellKernel({ control: "rolledBack", cause, lost });
      },
      handOver: (kept) => {
        this.tellKernel({ control: "handedOver" });
        const links = [...this.#peers.values()].map(({ link }) => link);
        gate.post({ control: "yours", links, boards: this.#boards.list(), kept });
        process.exit(0);
      },
      over: (reason) => {
        this.tellKernel({ control: "ended", reason });
        process.exit(0);
      },
    };
    this.#trial = { router: new TrialRouter(this.#cell!, ways, taken, limitMs), gate };
  }

  /** Whoever a frame speaks of was introduced before: a new version must hear of that before the frame, too. */
  readonly #onPeerFrame = (frame: PortFrame): void => {
    if (this.#trial !== undefined) this.drainKernel();
    this.#onFrame(frame);
  };

  readonly #onFrame = (frame: PortFrame): void => {
    if (!isControl(frame)) {
      if (this.#trial?.router.onFrame(frame) !== true) this.#cell?.deliver(frame);
      return;
    }
    const router = this.#trial?.router;
    switch (frame.control) {
      case "trial":
        this.#beginTrial(frame);
        break;
      case "trialGo":
        router?.go();
        break;
      case "trialPassed":
        router?.commit();
        break;
      case "trialGone":
        router?.gone(frame.cause, frame.blame);
        break;
      case "peerUp": {
        const peer = new PortPeer(frame.link);
        this.#peers.set(peer.cell, peer);
        this.#cell?.peerUp(peer.cell, peer);
        if (this.#event) this.#listenTo(peer);
        router?.onNews({ peerUp: peer.cell, incarnation: peer.incarnation });
        for (const said of this.#gate?.present() ?? []) peer.post(said);
        break;
      }
      case "peerDown": {
        const { cell, incarnation, cause } = frame;
        const peer = this.#peers.get(cell);
        if (peer?.incarnation === incarnation) {
          peer.drain(this.#onFrame);
          this.#peers.delete(cell);
          peer.close();
        }
        this.#cell?.peerDown(cell, incarnation, cause);
        router?.onNews({ peerDown: cell, incarnation, cause });
        this.#gate?.cellDown(cell, incarnation, cause);
        for (const { board, life } of this.#boards.cellDown(this.#cell, cell))
          router?.onNews({ boardDown: board, life });
        break;
      }
      case "abroad":
        this.#gate?.abroad(frame);
        break;
      case "notGiven":
        this.#gate?.notGiven(frame.board);
        break;
      case "boardUp":
        this.#boardUp(frame);
        router?.onNews({ boardUp: frame.board, life: frame.life });
        break;
      case "boardDown": {
        const { board, life } = frame;
        this.#boards.down(this.#cell, board, life);
        router?.onNews({ boardDown: board, life });
        break;
      }
      case "cellDown":
        this.#cell?.cellDownAbroad(frame.down);
        router?.onNews({ cellDown: frame.down });
        break;
      case "named":
        this.names.added(frame.name, importPid(frame.pid), frame.scope);
        router?.onNews({ named: frame.name, pid: frame.pid, scope: frame.scope });
        break;
      case "unnamed":
        this.names.removed(frame.name, importPid(frame.pid));
        router?.onNews({ unnamed: frame.name, pid: frame.pid });
        break;
      case "inquire":
        this.#cell?.post(importPid(frame.to), this.#inspection!.message(frame.inquiry, frame.ref));
        break;
      case "member": {
        const { group, pid, times } = frame.membership;
        this.groups.told(group, importPid(pid), times);
        router?.onNews({ member: frame.membership });
        break;
      }
    }
  };

  #boardUp(way: BoardWay): void {
    this.#boards.up(this.#cell, way, (frame) => this.#toBoard(frame));
  }

  /** By the cell that speaks with that board: a port, or this cell itself. */
  #toBoard(frame: AbroadFrame): boolean {
    const by = this.#boards.by(frame.board);
    if (by !== undefined && by === this.#cell?.home.cell) this.#gate?.abroad(frame);
    return by === undefined || (this.#peers.get(by)?.post(frame) ?? true);
  }
}
