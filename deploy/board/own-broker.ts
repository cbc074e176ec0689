/** The board's own broker as its configuration has it: on loopback always, for the network where that is asked for. */
import type { ListenPlan } from "../config/listen-schema.ts";
import { EmbeddedBroker } from "../mqtt/embedded-broker.ts";
import type { ToldRefusal } from "../mqtt/refusals.ts";
import type { Places } from "../mqtt/rights.ts";
import { readDoor } from "./read-door.ts";

export interface OwnBrokerPlan {
  readonly port: number;
  readonly places: Places;
  readonly listen?: ListenPlan;
  readonly onRefused: (refusal: ToldRefusal) => void;
}

export interface OwnBroker {
  readonly broker: EmbeddedBroker;
  /** For the health document; absent where the network was not asked for. */
  readonly network?: { readonly port: number } | { readonly cause: string };
}

/**
 * Throws an Error when the loopback port is taken. That the network can't be let in (files, port) costs nobody on this machine
 * anything: it is told, and the board runs without.
 */
export async function startOwnBroker(plan: OwnBrokerPlan): Promise<OwnBroker> {
  const { port, places, listen, onRefused } = plan;
  const broker = await EmbeddedBroker.start({ port, places, onRefused });
  if (listen === undefined) return { broker };
  try {
    return { broker, network: { port: await broker.openToNetwork(readDoor(listen)) } };
  } catch (error) {
    const { message } = error as Error;
    console.error(`the network is not let in to the board's broker: ${message}`);
    return { broker, network: { cause: message } };
  }
}
