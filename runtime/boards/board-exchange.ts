/**
 * One board among others: a link with each, the frames of its cells to theirs and back, and the names and groups that each
 * may know. Public names of another board are known here with its name behind an @: `pump@pumphouse`. Pure: packets come in by
 * `packet` and leave by `publish`, time comes with each call, timers by `nextUs` and `expire`.
 */
import type { CellDown } from "../process/board-routes.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Membership } from "../process/groups.ts";
import type { WirePid } from "../process/pid.ts";
import type { Frame } from "../process/signal.ts";
import { BoardLink } from "./board-link.ts";
import { ByteWriter } from "./bytes.ts";
import { Directory, type DirectoryNotice, type ToldByBoard } from "./directory.ts";
import type { BoardOffence, ExchangeCounts } from "./exchange-counts.ts";
import type { BoardExchangeOptions } from "./exchange-options.ts";
import { ForeignBonds } from "./foreign-bonds.ts";
import { type Addressee, addresseeOf, decodeFromBoard, encodeFrame, encodeNotice } from "./frame-codec.ts";
import { FrameError } from "./frame-error.ts";
import { IncomingFrames } from "./incoming-frames.ts";
import type { LinkEnd, LinkRefusals } from "./link-contract.ts";
import { lostFrame } from "./lost-message.ts";
import { OwedNotices } from "./owed-notices.ts";
import type { BoardLife } from "./packet.ts";
import type { Here } from "./pid-codec.ts";
import { ToldLimit } from "./told-limit.ts";

export class BoardExchange {
  readonly counts: ExchangeCounts = {
    malformed: 0,
    notItself: 0,
    notGiven: 0,
    notShared: 0,
    notAllowed: 0,
    tooMany: 0,
    late: 0,
    full: 0,
    lost: 0,
  };
  readonly #options: BoardExchangeOptions;
  readonly #links = new Map<string, BoardLink>();
  readonly #owing = new OwedNotices();
  /** Of a frame, until its link has it. */
  readonly #out: ByteWriter;
  readonly #directory: Directory;
  readonly #cellsDown = new ToldLimit();
  readonly #bonds: ForeignBonds;
  readonly #incoming: IncomingFrames;

  constructor(options: BoardExchangeOptions) {
    this.#options = options;
    this.#out = new ByteWriter(options.limits.messageBytes);
    this.#directory = new Directory(options.own, options.rights);
    this.#bonds = new ForeignBonds(options.mostBonds);
    this.#incoming = new IncomingFrames({
      ...{ board: options.us.board, own: options.own, counts: this.counts, bonds: this.#bonds },
      nowUs: () => options.nowUs(),
      offended: (board, offence) => this.#offended(board, offence),
      answer: (link, answer) => this.#answer(link, answer),
    });
  }

  /** Boards that this one is linked with, with their links. */
  links(): IterableIterator<[string, BoardLink]> {
    return this.#links.entries();
  }

  /** Refusals of all links together. */
  refusals(): LinkRefusals {
    const total: LinkRefusals = { forged: 0, stale: 0, malformed: 0, stranger: 0, version: 0 };
    for (const { refusals } of this.#links.values())
      for (const name of Object.keys(total) as (keyof LinkRefusals)[]) total[name] += refusals[name];
    return total;
  }

  present(board: string, incarnation: number): void {
    this.#linkOf(board)?.present(incarnation, this.#options.nowUs());
  }

  /** Tries to reach that board now, where there is no link. */
  knock(board: string): void {
    this.#linkOf(board)?.knock(this.#options.nowUs());
  }

  absent(board: string): void {
    this.#links.get(board)?.absent(this.#options.nowUs());
  }

  /** What came on the topic on which that board speaks to this one. */
  packet(board: string, bytes: Uint8Array): void {
    const link = this.#linkOf(board);
    if (link === undefined) return;
    link.packet(bytes, this.#options.nowUs());
    this.#owing.settle(link, this.#here());
  }

  /**
   * A frame of a cell of this board. False when it is a message and was refused: its receiver hears of the loss as soon as
   * there is room, and before whatever is sent to it later.
   */
  route(board: string, life: number, cell: string, frame: Frame): boolean {
    const link = this.#links.get(board);
    if (link?.life?.incarnation !== life) return true; // Its sender hears of the board's end.
    this.#bonds.goes(board, cell, frame);
    const here = this.#here();
    const isMessage = frame.kind === "message";
    // Each call has one reply, and whoever waits for it is not told of its loss.
    const isSignal = !isMessage || frame.closed === true;
    const bytes = this.#encode(cell, frame, here);
    const hasRoom = bytes !== undefined && (isSignal || this.#owing.settle(link, here));
    if (hasRoom && link.send(bytes, here.nowUs, isSignal)) return true;
    // Signals must not be lost: who is so far behind is not there.
    if (isSignal || !this.#owing.add(board, { cell, to: frame.to })) link.reset(here.nowUs);
    this.counts.full++;
    return false;
  }

  /** A name of this board became public. */
  published(name: string, pid: WirePid): void {
    const who = (board: string) => this.#directory.seesName(board, name);
    this.#tellThose(who, { notice: "names", anew: false, names: [[name, pid]] });
  }

  withdrawn(name: string, pid: WirePid): void {
    const who = (board: string) => this.#directory.seesName(board, name);
    this.#tellThose(who, { notice: "unnamed", name, pid });
  }

  /** A process of this board is so often in a group from now on. */
  membership(membership: Membership): void {
    const who = (board: string) => this.#directory.sharesGroup(board, membership.group);
    this.#tellThose(who, { notice: "members", anew: false, members: [membership] });
  }

  /** A process of that board used a pid that it was not given, as a cell found. */
  notGiven(board: string): void {
    this.#offended(board, "notGiven");
  }

  /** The names and groups that are known of that board. */
  toldBy(board: string): ToldByBoard {
    return this.#directory.toldBy(board);
  }

  /** Who of other boards is in which group. */
  members(): readonly Membership[] {
    return this.#directory.members();
  }

  /** The life of a cell of this board is over: others who knew processes of it hear of that. */
  cellDown(cell: string, incarnation: number, cause: ExitReason): void {
    this.#bonds.ended(cell, incarnation);
    this.#tellThose(() => true, { notice: "cellDown", cell, incarnation, cause });
  }

  get nextUs(): number {
    let nextUs = Number.POSITIVE_INFINITY;
    for (const link of this.#links.values()) nextUs = Math.min(nextUs, link.nextUs);
    return nextUs;
  }

  expire(): void {
    const nowUs = this.#options.nowUs();
    for (const link of this.#links.values()) if (link.nextUs <= nowUs) link.expire(nowUs);
  }

  /** What was said in this turn leaves: whoever lets the exchange speak calls this when the turn ends. */
  flush(): void {
    for (const link of this.#links.values()) link.flush();
  }

  /** Says goodbye to all. */
  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  /** `undefined` for what is larger than messages may be. */
  #encode(cell: string, frame: Frame, here: Here): Uint8Array | undefined {
    try {
      return encodeFrame(this.#out, cell, frame, here);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return undefined;
    }
  }

  #here(nowUs = this.#options.nowUs()): Here {
    const { us } = this.#options;
    return { board: us.board, life: us.incarnation, nowUs };
  }

  #linkOf(board: string): BoardLink | undefined {
    const known = this.#links.get(board);
    if (known !== undefined || board === this.#options.us.board) return known;
    const key = this.#options.keyFor(board);
    if (key === undefined) return undefined;
    const { us, limits, random, wallMs } = this.#options;
    const link: BoardLink = new BoardLink({
      us,
      peer: board,
      key,
      limits,
      random,
      wallMs,
      sink: {
        publish: (bytes) => this.#options.publish(board, bytes),
        up: (life) => this.#up(link, life),
        down: (life, why) => this.#down(life, why),
        message: (bytes, sinceUs) => this.#message(link, bytes, sinceUs),
        lost: (start) => this.#lost(link, start),
        gap: () => {}, // whoever sent it names the receivers
        stranger: (life) => this.#options.stranger?.(life),
        otherVersion: (version) => this.#options.otherVersion?.(board, version),
      },
    });
    this.#links.set(board, link);
    return link;
  }

  #up(link: BoardLink, { board, incarnation }: BoardLife): void {
    this.#options.own.boardUp(board, incarnation);
    const here = this.#here();
    for (const notice of this.#directory.all(board)) link.send(encodeNotice(notice, here), here.nowUs, true);
  }

  #down({ board, incarnation }: BoardLife, why: LinkEnd): void {
    this.#owing.forget(board);
    this.#directory.forget(board);
    this.#bonds.forget(board);
    this.#options.own.boardDown(board, incarnation, why);
  }

  #message(link: BoardLink, bytes: Uint8Array, sinceUs: number): void {
    try {
      const found = decodeFromBoard(bytes, this.#here(sinceUs));
      if ("frame" in found) this.#incoming.take(link, found.cell, found.frame, bytes.length);
      else if (found.notice === "lost") this.#tellLost(link, found);
      else if (found.notice === "cellDown") this.#cellDown(link, found);
      else this.#heard(link.life!, found);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.counts.malformed++;
    }
  }

  #heard(life: BoardLife, notice: DirectoryNotice): void {
    const { malformed, notShared } = this.#directory.heard(life, notice, this.#options.nowUs());
    this.counts.malformed += malformed;
    for (const group of notShared) this.#offended(life.board, "notShared", group);
  }

  #offended(board: string, offence: BoardOffence, what?: string): void {
    this.counts[offence]++;
    this.#options.offended?.(board, offence, what);
  }

  #cellDown(link: BoardLink, { cell, incarnation, cause }: Omit<CellDown, "board" | "life">): void {
    const { board, incarnation: life } = link.life!;
    this.#bonds.endedThere(board, cell, incarnation);
    if (this.#cellsDown.take(board, this.#options.nowUs()))
      this.#options.own.cellDown({ board, life, cell, incarnation, cause });
    // Nobody would hear of it: so they hear that the board is out of reach.
    else link.reset(this.#options.nowUs());
  }

  #answer(link: BoardLink, { cell, frame }: { readonly cell: string; readonly frame: Frame }): void {
    this.#bonds.goes(link.peer, cell, frame);
    const here = this.#here();
    const bytes = encodeFrame(this.#out, cell, frame, here);
    if (!link.send(bytes, here.nowUs, true)) link.reset(here.nowUs);
  }

  /** A message of ours is lost for good: its receiver is told. A signal that is lost is the end of the link. */
  #lost(link: BoardLink, start: Uint8Array): void {
    const addressee = addresseeOf(start);
    // Told when the whole packet is gone through: of many messages a process hears once.
    if (addressee?.isPlain !== true || !this.#owing.add(link.peer, addressee)) link.reset(this.#here().nowUs);
  }

  #tellLost(link: BoardLink, { cell, to }: Addressee): void {
    this.counts.lost++;
    this.#options.own.deliver(cell, to.incarnation, lostFrame(to, link.peer));
  }

  #tellThose(who: (board: string) => boolean, notice: Parameters<typeof encodeNotice>[0]): void {
    const here = this.#here();
    const bytes = encodeNotice(notice, here);
    for (const link of this.#links.values()) {
      if (link.life === undefined || !who(link.peer)) continue;
      // What is not told is missed for ever: it comes with all else in the next session.
      if (!link.send(bytes, here.nowUs, true)) link.reset(here.nowUs);
    }
  }
}
