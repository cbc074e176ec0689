/** Two links and the network between them, in virtual time. */
import { BoardLink } from "../../../runtime/boards/board-link.ts";
import type { LinkEnd } from "../../../runtime/boards/link-contract.ts";
import type { BoardLife } from "../../../runtime/boards/packet.ts";
import { LINK_LIMITS, type LinkLimits } from "../../../runtime/boards/session.ts";
import { pairKey } from "../../../runtime/boards/session-keys.ts";

const MS = 1000;

/** What becomes of a packet: it arrives after each of these times, ms. */
export type Fate = (from: string, bytes: Uint8Array) => readonly number[];

export interface End {
  readonly link: BoardLink;
  readonly heard: string[];
  /** `up 3`, `down offline`. */
  readonly told: string[];
  readonly lost: string[];
  gaps: number;
}

export class TwoBoards {
  nowUs = 1_000_000_000;
  fate: Fate = () => [1];
  /** Of clocks of the world, by board. */
  readonly aheadMs: Record<string, number> = {};
  readonly ends = new Map<string, End>();
  /** Everything that was published, oldest first. */
  readonly published: { readonly from: string; readonly bytes: Uint8Array }[] = [];
  readonly #arrivals: { readonly atUs: number; readonly arrive: () => void }[] = [];
  #randoms = 0;

  constructor({ secret = "secret", limits = {} }: { secret?: string; limits?: Partial<LinkLimits> } = {}) {
    for (const [board, peer] of [
      ["greenhouse", "pumphouse"],
      ["pumphouse", "greenhouse"],
    ] as const)
      this.boot(board, peer, { secret, limits });
  }

  /** Begins the board anew, as its next life or as another machine. */
  boot(
    board: string,
    peer: string,
    {
      incarnation = 1,
      uid = board,
      secret = "secret",
      limits = {},
    }: { incarnation?: number; uid?: string; secret?: string; limits?: Partial<LinkLimits> } = {},
  ): End {
    const end: End = { link: undefined as never, heard: [], told: [], lost: [], gaps: 0 };
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    const link = new BoardLink({
      us: { board, uid: uidOf(uid), incarnation },
      peer,
      key: pairKey(Buffer.from(secret), board, peer),
      limits: { ...LINK_LIMITS, ...limits },
      random: (length) => new Uint8Array(length).fill(++this.#randoms & 0xff).fill(this.#randoms >> 8, 0, 1),
      wallMs: () => this.nowUs / MS + (this.aheadMs[board] ?? 0),
      sink: {
        publish: (bytes) => this.#publish(board, bytes),
        up: (life: BoardLife) => void end.told.push(`up ${life.incarnation}`),
        down: (_: BoardLife, why: LinkEnd) => void end.told.push(`down ${why}`),
        message: (bytes) => void end.heard.push(text(bytes)),
        lost: (start) => void end.lost.push(text(start)),
        gap: (packets) => {
          end.gaps += packets;
        },
        stranger: (life) => void end.told.push(`stranger ${life.board}`),
        otherVersion: (version) => void end.told.push(`version ${version}`),
      },
    });
    const ready = Object.assign(end, { link });
    this.ends.set(board, ready);
    return ready;
  }

  get greenhouse(): End {
    return this.ends.get("greenhouse")!;
  }

  get pumphouse(): End {
    return this.ends.get("pumphouse")!;
  }

  /** Both hear that the other one is there. */
  meet(): void {
    for (const { link } of this.ends.values()) link.present(1, this.nowUs);
    this.pass(10);
  }

  send(from: string, text: string): boolean {
    return this.ends.get(from)!.link.send(Buffer.from(text), this.nowUs);
  }

  /** Lets so much time pass, ms. */
  pass(ms: number): void {
    for (const endUs = this.nowUs + ms * MS; ; ) {
      this.#arrivals.sort((a, b) => a.atUs - b.atUs);
      const links = [...this.ends.values()].map(({ link }) => link);
      const nextUs = Math.min(this.#arrivals[0]?.atUs ?? Infinity, ...links.map((link) => link.nextUs));
      if (nextUs > endUs) {
        this.nowUs = endUs;
        return;
      }
      this.nowUs = Math.max(this.nowUs, nextUs);
      if ((this.#arrivals[0]?.atUs ?? Infinity) <= this.nowUs) this.#arrivals.shift()!.arrive();
      for (const link of links) link.expire(this.nowUs);
    }
  }

  /** As it would arrive from `from` now. */
  inject(from: string, bytes: Uint8Array): void {
    const to = [...this.ends.keys()].find((board) => board !== from)!;
    this.ends.get(to)!.link.packet(bytes, this.nowUs);
  }

  #publish(from: string, bytes: Uint8Array): void {
    this.published.push({ from, bytes });
    for (const ms of this.fate(from, bytes))
      this.#arrivals.push({ atUs: this.nowUs + ms * MS, arrive: () => this.inject(from, bytes) });
  }
}

function uidOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.alloc(16, text));
}
