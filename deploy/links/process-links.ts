/**
 * Links with other boards over the broker: packets between them as `holdfast/<to>/link/<from>`, QoS 0, and their status
 * topics, which say who is there. What they say to each other is `runtime/boards`; this only carries it.
 *
 * A broker that keeps nothing, or delivers no retained status to a wildcard (RabbitMQ), is no obstacle: boards knock.
 */
import { randomBytes } from "node:crypto";
import { BoardExchange } from "../../runtime/boards/board-exchange.ts";
import type { ToldByBoard } from "../../runtime/boards/directory.ts";
import type { BoardOffence } from "../../runtime/boards/exchange-counts.ts";
import { VERSION } from "../../runtime/boards/packet.ts";
import { LINK_LIMITS, type Session } from "../../runtime/boards/session.ts";
import { pairKey } from "../../runtime/boards/session-keys.ts";
import type { BoardGate } from "../../runtime/cell/board-gate.ts";
import type { LinkTraffic } from "../mqtt/link-traffic.ts";
import { isTopicLevel } from "../mqtt/topics.ts";
import type { LinksFacts, PeerFacts, PeerView } from "./link-facts.ts";
import { LinkReport, type LinksDocument } from "./link-report.ts";
import { boardRights, type RightsBook } from "./link-rights.ts";
import { Offences, offenceWords } from "./offences.ts";
import { type Presence, readPresence } from "./presence.ts";

export interface ProcessLinksOptions {
  readonly root: string;
  readonly board: string;
  readonly uid: string;
  /** Of the runtime: counts all of this board. */
  readonly life: number;
  readonly secret: Uint8Array;
  readonly rights: RightsBook;
  /** Only with these; absent: with all who know the secret. */
  readonly boards?: readonly string[];
  readonly heartbeatMs: number;
  readonly lostMs: number;
  readonly gate: BoardGate;
  readonly nowUs: () => number;
  /** ms since 1970; `undefined` while the clock is not set. */
  readonly wallMs: () => number | undefined;
  /** Sends at once, or not at all. */
  readonly publish: (topic: string, payload: Uint8Array) => void;
  /** An event for people. */
  readonly tell: (event: { readonly kind: string } & Readonly<Record<string, unknown>>) => void;
}

/**
 * Boards that are listened to where none are named: each pair says every heartbeat that it lives, and whoever may publish could
 * invent any number of boards. See decisions/0010.
 */
const MOST_UNNAMED = 64;

/** Names and groups of one board that are shown to operators. */
const MOST_SHOWN = 100;

export class ProcessLinks implements LinkTraffic {
  readonly filters: readonly string[];
  /** What linked boards may not do and tried, here and where the board works for them. */
  readonly offences: Offences;
  readonly lane: string;
  readonly #options: ProcessLinksOptions;
  readonly #exchange: BoardExchange;
  /** Topic of packets for this board, without their sender. */
  readonly #inbox: string;
  readonly #known = new Set<string>();
  readonly #report: LinkReport;
  #unknown = 0;
  #isFull = false;

  /** Opens the gate: only a process of its cell may make one. */
  constructor(options: ProcessLinksOptions) {
    const { root, board, boards, gate } = options;
    this.#options = options;
    this.offences = new Offences(options.nowUs, (event) => options.tell({ ...event }));
    this.#report = new LinkReport(() => {
      const ms = options.wallMs();
      return ms === undefined ? null : new Date(ms).toISOString();
    });
    this.#inbox = `${root}/${board}/link/`;
    const statuses = boards?.map((other) => `${root}/${other}/status`) ?? [`${root}/+/status`];
    this.lane = this.#inbox;
    this.filters = [`${this.#inbox}+`, ...statuses];
    let made: BoardExchange | undefined;
    gate.open(
      (own) => {
        made = new BoardExchange({ ...this.#exchangeOptions(), own });
        return made;
      },
      {
        up: (peer, life) => {
          this.#report.up(peer);
          options.tell({ kind: "link", peer, life, state: "up" });
        },
        down: (peer, life, cause) => {
          this.#report.down(peer, cause);
          options.tell({ kind: "link", peer, life, state: "down", cause });
        },
        meddled: (peer) =>
          this.offences.add("notAllowed", peer, `${peer} may not end what speaks for this board`),
      },
    );
    this.#exchange = made!;
  }

  received(topic: string, payload: Uint8Array): boolean {
    const { root, board, gate } = this.#options;
    if (topic.startsWith(this.#inbox)) {
      const from = topic.slice(this.#inbox.length);
      if (this.#admits(from)) gate.packet(from, payload);
      return true;
    }
    const [peer = "", what, ...rest] = topic.slice(root.length + 1).split("/");
    if (!topic.startsWith(`${root}/`) || what !== "status" || rest.length > 0 || peer === board) return false;
    if (this.#admits(peer)) this.#heard(peer, readPresence(payload));
    return true;
  }

  /** Whoever was linked tries again by itself, and the broker says who is there. */
  live(): void {
    for (const board of this.#options.boards ?? []) this.#admits(board);
    for (const board of this.#known) this.#options.gate.knock(board);
  }

  silent(): void {
    this.close();
  }

  /** Says goodbye. */
  close(): void {
    this.#options.gate.close();
  }

  facts(): LinksFacts {
    return this.#facts((peer) => peer);
  }

  /** The same with the names and groups that other boards show. */
  view(): LinksFacts<PeerView> {
    return this.#facts((peer) => {
      const { names, groups } = this.#exchange.toldBy(peer.board);
      const joined = [...groups].slice(0, MOST_SHOWN).map(([group, joins]) => ({ group, joins }));
      return { ...peer, shows: names.slice(0, MOST_SHOWN), groups: joined };
    });
  }

  #facts<P extends PeerFacts>(peerOf: (peer: PeerFacts) => P): LinksFacts<P> {
    const { late, full, lost, malformed } = this.#exchange.counts;
    const refusals = this.#exchange.refusals();
    return {
      peers: [...this.#exchange.links()].map(([board, link]) =>
        peerOf(peerFacts(board, link.session, this.#exchange.toldBy(board))),
      ),
      refused: {
        ...refusals,
        ...this.offences.counts,
        malformed: refusals.malformed + malformed,
        unknown: this.#unknown,
      },
      late,
      full,
      lost,
    };
  }

  /** What is to be said of the links, when that is news. */
  news(): LinksDocument | undefined {
    return this.#report.next(
      [...this.#exchange.links()].map(([board, { session }]) => ({
        board,
        up: session !== undefined,
        roundTripMs: session?.roundTripUs === undefined ? null : session.roundTripUs / 1000,
      })),
    );
  }

  #heard(peer: string, presence: Presence | undefined): void {
    const { gate } = this.#options;
    if (presence === undefined) return;
    if (presence.online) gate.present(peer, presence.life);
    else gate.absent(peer);
  }

  #admits(peer: string): boolean {
    if (this.#known.has(peer)) return true;
    const { board, boards } = this.#options;
    const isOne = isTopicLevel(peer) && peer !== board;
    const isWanted = isOne && (boards?.includes(peer) ?? this.#known.size < MOST_UNNAMED);
    if (isWanted) this.#known.add(peer);
    else this.#unknown++;
    if (isOne && !isWanted && boards === undefined) this.#tellTooMany(peer);
    return isWanted;
  }

  /** Once: the next one is no news. */
  #tellTooMany(peer: string): void {
    if (this.#isFull) return;
    this.#isFull = true;
    const cause = `more than ${MOST_UNNAMED} boards are on the broker: "${peer}" and others are not linked; name those that this board talks with ("boards" of links)`;
    this.#options.tell({ kind: "problem", code: "too_many_boards", peer, cause });
  }

  #exchangeOptions() {
    const { root, board, uid, life, secret, rights, heartbeatMs, lostMs, nowUs, wallMs, publish, tell } =
      this.#options;
    return {
      us: { board, uid: Uint8Array.from(Buffer.from(uid, "hex")), incarnation: life },
      limits: { ...LINK_LIMITS, heartbeatUs: heartbeatMs * 1000, lostUs: lostMs * 1000 },
      rights: boardRights(rights),
      keyFor: (other: string) => pairKey(secret, board, other),
      publish: (to: string, bytes: Uint8Array) => publish(`${root}/${to}/link/${board}`, bytes),
      random: (length: number) => randomBytes(length),
      nowUs,
      wallMs: () => wallMs() ?? Number.NaN,
      offended: (peer: string, offence: BoardOffence, group?: string) =>
        this.offences.add(offence, peer, offenceWords(peer, offence, group)),
      stranger: (stranger: { board: string; uid: Uint8Array }) => {
        const other = Buffer.from(stranger.uid).toString("hex");
        const cause = `a second board (uid ${other}) calls itself "${stranger.board}": it is not linked; give one of them another id`;
        tell({ kind: "problem", code: "uid_conflict", peer: stranger.board, cause });
      },
      otherVersion: (peer: string, version: number) => {
        const cause = `"${peer}" speaks version ${version} of what boards say to each other, this board version ${VERSION}: they are not linked; bring both to the same release`;
        tell({ kind: "problem", code: "link_version", peer, cause });
      },
    };
  }
}

function peerFacts(board: string, session: Session | undefined, { names, groups }: ToldByBoard): PeerFacts {
  const stats = session?.stats();
  return {
    board,
    up: session !== undefined,
    roundTripMs: session?.roundTripUs === undefined ? null : session.roundTripUs / 1000,
    clockAheadMs: session?.clock?.aheadMs ?? null,
    clockErrorMs: session?.clock?.errorMs ?? null,
    names: names.length,
    joins: [...groups.values()].reduce((sum, joins) => sum + joins, 0),
    underWay: stats?.underWay ?? 0,
    resent: stats?.resent ?? 0,
    duplicates: stats?.duplicates ?? 0,
    reordered: stats?.reordered ?? 0,
  };
}
