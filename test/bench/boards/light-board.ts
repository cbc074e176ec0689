/**
 * A board for benchmarks of many: the client, link, and links with other boards that a real one has, and nothing of its cells. It
 * publishes one name, and counts the names of others that it knows.
 */

import { SHOW_ALL } from "../../../deploy/links/link-rights.ts";
import { OPEN_SECRET } from "../../../deploy/links/link-secret.ts";
import { ProcessLinks } from "../../../deploy/links/process-links.ts";
import { BoardLink } from "../../../deploy/mqtt/board-link.ts";
import { BoardGate, type GatePorts } from "../../../runtime/cell/board-gate.ts";
import { importPid } from "../../../runtime/process/pid.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";

/** Of every board on the topic; what all of them publish. */
const NAME = "service";

export interface LightBoardPlan {
  readonly url: string;
  readonly board: string;
  /** Those it is linked with; absent: all. */
  readonly peers?: readonly string[];
}

export class LightBoard {
  readonly #known = new Set<string>();
  readonly #link: BoardLink;
  readonly #links: ProcessLinks;
  /** How often it went offline, since the start. */
  offline = 0;

  constructor({ url, board, peers }: LightBoardPlan) {
    const clock = new SystemClock();
    const uid = Buffer.alloc(16, board).toString("hex");
    this.#links = new ProcessLinks({
      root: "holdfast",
      ...{ board, uid, life: 1, secret: OPEN_SECRET, rights: SHOW_ALL },
      ...(peers && { boards: peers }),
      heartbeatMs: 2000,
      lostMs: 7000,
      gate: new BoardGate(this.#ports(board), clock),
      nowUs: () => clock.now(),
      wallMs: () => Date.now(),
      publish: (topic, payload) => this.#link.packet(topic, payload),
      tell: (event) => this.#link.event(event),
    });
    this.#link = new BoardLink({
      ...{ url, board, version: "0", traffic: this.#links },
      identity: { incarnation: 1, hardware: "emulated", uid, life: 1 },
      at: () => new Date().toISOString(),
      catalogue: () => [],
      onCommand: () => {},
      onState: (state) => {
        if (state === "offline") this.offline++;
      },
    });
    this.#link.reading("air", "temperature", { value: 21, unit: "°C", quality: "good", at: null });
  }

  start(): void {
    this.#link.start();
  }

  get isLive(): boolean {
    return this.#link.state === "live";
  }

  /** Names of other boards that are known here. */
  get known(): number {
    return this.#known.size;
  }

  /** Links that stand. */
  get linked(): number {
    return this.#links.facts().peers.filter(({ up }) => up).length;
  }

  async close(): Promise<void> {
    this.#links.close();
    await this.#link.close();
  }

  /** What a gate asks of the ports of its cell, without a cell behind them. */
  #ports(board: string): GatePorts {
    const pid = importPid({ board, life: 1, cell: "work", incarnation: 1, number: 1, key: "0".repeat(32) });
    return {
      cellName: "link",
      names: { watchPublic: () => () => {}, listPublic: () => [[NAME, pid]] },
      groups: { watchBoard: () => {}, ofBoard: () => [] },
      openGate: () => {},
      toCell: () => undefined,
      flush: () => {},
      tellCells: () => {},
      tellKernel: (frame) => {
        if (frame.control === "claim") this.#known.add(frame.name);
        if (frame.control === "release") this.#known.delete(frame.name);
      },
    };
  }
}
