/** A board in one document: what `/overview` answers, `holdfast top` shows and `/metrics` counts. */
import type { TimingReport } from "../../devices/handler/messages.ts";
import type { BusReport } from "../../firmware/contracts/bus-report.ts";
import type { CellReport, CellStatus } from "../../runtime/introspection/report.ts";
import type { LinksFacts, PeerView } from "../links/link-facts.ts";
import type { BrokerNode, LinkState } from "../mqtt/board-link-options.ts";
import type { RefusalKind } from "../mqtt/refusals.ts";
import type { Quality } from "../mqtt/retained-board.ts";
import type { OutboxFacts } from "../outbox/outbox-contract.ts";

/** A device or controller as it is. */
export interface DeviceFacts {
  readonly id: string;
  readonly kind: string;
  readonly driver: string;
  readonly mode: string;
  readonly restarts: number;
  readonly cause: string | null;
  readonly ready: boolean;
  readonly misses: number;
  readonly readings: readonly {
    readonly name: string;
    readonly unit: string;
    readonly value: number | boolean | null;
    readonly quality: Quality;
  }[];
}

/** A job as it last reported. */
export interface JobFacts extends TimingReport {
  readonly job: string;
  /** Since that report, ms. */
  readonly ageMs: number;
}

/** A cell without its processes; `report` is null when it did not answer in time. */
export interface CellFacts extends CellStatus {
  readonly report: Omit<CellReport, "processes" | "found" | "scanned"> | null;
}

/** Of the board's own broker, since the start. */
export interface NetworkFacts {
  /** Connected now, those of this machine included. */
  readonly clients: number;
  readonly refused: Readonly<Record<RefusalKind, number>>;
}

export interface Overview {
  readonly board: string;
  readonly version: string;
  readonly hardware: "emulated" | "linux";
  readonly incarnation: number;
  /** Of the runtime, s. */
  readonly uptimeS: number;
  /** Monotonic. */
  readonly atUs: number;
  readonly broker: LinkState;
  /** The node of it that is used, and the version of MQTT spoken with it; null while offline. */
  readonly brokerNode: BrokerNode | null;
  /** Why the board is not live there; null where it is. */
  readonly brokerCause: string | null;
  readonly devices: readonly DeviceFacts[];
  readonly jobs: readonly JobFacts[];
  /** As the guardian counts them since it started; up to 2 s old, empty until it has answered first. */
  readonly buses: readonly BusReport[];
  /** Null while the board's inspector does not answer. */
  readonly cells: readonly CellFacts[] | null;
  /** Null where nothing is kept for the broker. */
  readonly outbox: OutboxFacts | null;
  /** Null where the board has none. */
  readonly links: LinksFacts<PeerView> | null;
  /** The board's own broker, where the network uses it too; else null. */
  readonly network: NetworkFacts | null;
  readonly dropped: { readonly events: number; readonly commands: number };
}
