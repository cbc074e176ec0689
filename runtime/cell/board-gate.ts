/**
 * Where one cell speaks with other boards for all cells of its board: joins a `BoardExchange` to the ports of that cell, to
 * the board's names, and to time. The cell has an event loop; when it ends, all boards are out of reach for everybody.
 */
import type { BoardExchange } from "../boards/board-exchange.ts";
import type { LinkEnd } from "../boards/link-contract.ts";
import type { OwnBoard } from "../boards/own-board.ts";
import type { Groups } from "../process/groups.ts";
import type { Names } from "../process/names.ts";
import { exportPid } from "../process/pid.ts";
import type { Frame, SignalFrame } from "../process/signal.ts";
import type { Clock } from "../time/clock.ts";
import type { CellPorts } from "./cell-ports.ts";

/** Told of the boards that this one is linked with, as they come and go. */
export interface GateNews {
  up(board: string, life: number): void;
  down(board: string, life: number, why: LinkEnd): void;
  /** That board wanted to end a process of this cell, or to link with it. Nothing came of it. */
  meddled(board: string): void;
}

/** The ports of its cell, as far as it uses them. */
export interface GatePorts
  extends Pick<CellPorts, "cellName" | "openGate" | "toCell" | "flush" | "tellCells" | "tellKernel"> {
  readonly names: Pick<Names, "watchPublic" | "listPublic">;
  readonly groups: Pick<Groups, "watchBoard" | "ofBoard">;
}

/** Longest time that Node's timers take at once, ms. */
const LONGEST_MS = 2 ** 31 - 1;

export class BoardGate {
  readonly #ports: GatePorts;
  readonly #clock: Clock;
  /** Life of each board that is linked. */
  readonly #up = new Map<string, number>();
  #exchange: BoardExchange | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When `#timer` is due, us. */
  #dueUs = Number.POSITIVE_INFINITY;
  #isEnding = false;

  constructor(ports: GatePorts, clock: Clock) {
    this.#ports = ports;
    this.#clock = clock;
  }

  /** Makes this cell the one that speaks with other boards. Once, by a process of the cell. */
  open(make: (own: OwnBoard) => BoardExchange, news: GateNews): void {
    if (this.#exchange !== undefined) throw new Error("this cell speaks with other boards already");
    const exchange = make(this.#ownBoard(news));
    this.#exchange = exchange;
    this.#ports.openGate({
      abroad: ({ board, life, cell, frame }) => {
        exchange.route(board, life, cell, frame);
        this.#endTurn();
      },
      cellDown: (cell, incarnation, cause) =>
        this.#act((exchange) => exchange.cellDown(cell, incarnation, cause)),
      notGiven: (board) => exchange.notGiven(board),
      present: () => [
        ...[...this.#up].map(([board, life]) => this.#upFrame(board, life)),
        ...exchange.members().map((membership) => ({ control: "member", membership }) as const),
      ],
    });
    this.#ports.groups.watchBoard({
      membership: (group, pid, times) =>
        this.#act((exchange) => exchange.membership({ group, pid: exportPid(pid), times })),
    });
    this.#ports.names.watchPublic({
      published: (name, pid) => this.#act((exchange) => exchange.published(name, exportPid(pid))),
      withdrawn: (name, pid) => this.#act((exchange) => exchange.withdrawn(name, exportPid(pid))),
    });
  }

  /** Another board says that it is there, in that life. */
  present(board: string, life: number): void {
    this.#act((exchange) => exchange.present(board, life));
  }

  /** Tries to reach another board now, where there is no link. */
  knock(board: string): void {
    this.#act((exchange) => exchange.knock(board));
  }

  /** Another board is gone, as somebody says. */
  absent(board: string): void {
    this.#act((exchange) => exchange.absent(board));
  }

  /** What came on the topic on which that board speaks to this one. */
  packet(board: string, bytes: Uint8Array): void {
    this.#act((exchange) => exchange.packet(board, bytes));
  }

  /** Says goodbye to all, until there is something to say again. */
  close(): void {
    clearTimeout(this.#timer);
    this.#dueUs = Number.POSITIVE_INFINITY;
    this.#exchange?.close();
  }

  #act(what: (exchange: BoardExchange) => void): void {
    if (this.#exchange === undefined) return;
    what(this.#exchange);
    this.#endTurn();
  }

  #ownBoard(news: GateNews): OwnBoard {
    const ports = this.#ports;
    return {
      deliver: (cell, incarnation, frame) => this.#deliver(cell, incarnation, frame, news),
      boardUp: (board, life) => {
        this.#up.set(board, life);
        ports.tellCells(this.#upFrame(board, life));
        news.up(board, life);
      },
      boardDown: (board, life, why) => {
        this.#up.delete(board);
        ports.tellCells({ control: "boardDown", board, life });
        news.down(board, life, why);
      },
      cellDown: (down) => ports.tellCells({ control: "cellDown", down }),
      named: (name, pid) => ports.tellKernel({ control: "claim", name, pid, scope: "board" }),
      unnamed: (name, pid) => ports.tellKernel({ control: "release", name, pid }),
      // In the stream in which the board comes and goes: whoever hears of its end forgets its members.
      member: (membership) => ports.tellCells({ control: "member", membership }),
      memberships: () => ports.groups.ofBoard(),
      publicNames: () => ports.names.listPublic().map(([name, pid]) => [name, exportPid(pid)] as const),
    };
  }

  #upFrame(board: string, life: number) {
    return { control: "boardUp", board, life, by: this.#ports.cellName } as const;
  }

  /**
   * Processes of this cell speak for the board with all others: what one of these could end, it would end for all. It is answered
   * as by the dead.
   */
  #deliver(cell: string, incarnation: number, frame: Frame, news: GateNews): "ok" | "full" | "gone" {
    if (cell === this.#ports.cellName && wouldEnd(frame)) {
      news.meddled(frame.from.board);
      return "gone";
    }
    const sent = this.#ports.toCell(cell, incarnation, frame);
    return sent === undefined ? "gone" : sent ? "ok" : "full";
  }

  /** What was said leaves, once for all that comes in one turn of the event loop. */
  #endTurn(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    setImmediate(() => {
      this.#isEnding = false;
      this.#ports.flush();
      this.#exchange!.flush();
      this.#arm();
    });
  }

  /** A timer that is due too early looks again. */
  #arm(): void {
    const nextUs = this.#exchange!.nextUs;
    if (nextUs >= this.#dueUs) return;
    clearTimeout(this.#timer);
    this.#dueUs = nextUs;
    const waitMs = Math.min(Math.max(1, (nextUs - this.#clock.now()) / 1000), LONGEST_MS);
    this.#timer = setTimeout(() => {
      this.#dueUs = Number.POSITIVE_INFINITY;
      this.#exchange!.expire();
      this.#endTurn();
    }, waitMs);
  }
}

/** By hand, or later by a link; ends because of links that are held are none of that. */
function wouldEnd(frame: Frame): frame is Extract<SignalFrame, { readonly kind: "link" | "exit" }> {
  return frame.kind === "link" || (frame.kind === "exit" && frame.links === undefined);
}
