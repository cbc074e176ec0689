/** The cell of a board of the tests' own that speaks with real boards over their broker. */

import { SHOW_ALL } from "../../deploy/links/link-rights.ts";
import { OPEN_SECRET, readLinkSecret } from "../../deploy/links/link-secret.ts";
import { ProcessLinks, type ProcessLinksOptions } from "../../deploy/links/process-links.ts";
import { MqttClient, type MqttClientOptions } from "../../deploy/mqtt/mqtt-client.ts";
import type { BoardGate } from "../../runtime/cell/board-gate.ts";
import type { CellEnvironment } from "../../runtime/cell/thread-start.ts";
import type { CellResources } from "../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";

export interface OutsidePlan {
  readonly board: string;
  readonly url: string;
  readonly life: number;
  /** Default: none. */
  readonly secretFile?: string;
  readonly heartbeatMs: number;
  readonly lostMs: number;
}

interface OutsideResources extends CellResources {
  readonly plan: OutsidePlan;
  readonly gate: BoardGate;
  readonly nowUs: () => number;
}

export function outsideSetup({ boards, clock, data }: CellEnvironment): OutsideResources {
  return { plan: data as OutsidePlan, gate: boards!, nowUs: () => clock.now() };
}

/** Until the kernel ends it. */
export function* outsideCell(self: Self): ProcessGenerator {
  const { plan, gate, nowUs } = self.resources as OutsideResources;
  joinBroker(plan, { gate, nowUs, wallMs: () => Date.now(), tell: () => {} });
  yield* self.receive();
}

/** Speaks for the cell's board with all others on the broker. `mqtt`: how patient its client is. */
export function joinBroker(
  { secretFile, ...plan }: OutsidePlan,
  host: Pick<ProcessLinksOptions, "gate" | "nowUs" | "wallMs" | "tell">,
  mqtt: Pick<MqttClientOptions, "keepaliveS" | "backoffMs"> = {},
): void {
  const { board, url, life } = plan;
  const topic = `holdfast/${board}/status`;
  const status = (state: string) => JSON.stringify({ schema: 1, state, incarnation: 1, life });
  const links = new ProcessLinks({
    ...plan,
    ...host,
    root: "holdfast",
    rights: SHOW_ALL,
    uid: Buffer.alloc(16, board).toString("hex"),
    secret: secretFile === undefined ? OPEN_SECRET : readLinkSecret(secretFile),
    publish: (to, bytes) => void client.publishNow(to, bytes),
  });
  const client = new MqttClient({
    ...mqtt,
    url,
    clientId: board,
    will: { topic, payload: status("offline") },
    subscriptions: [],
    fleeting: links.filters,
    lane: { prefix: links.lane, received: (from, payload) => void links.received(from, payload) },
    onConnect: () => {
      client.publish(topic, status("online"), { qos: 1, retain: true });
      links.live();
    },
    onMessage: (from, payload) => void links.received(from, payload),
    onOffline: () => {},
  });
  client.start();
}
