/** A board of lines with Holdfast OS that takes releases signed by `key`, up and online. */
import type { SigningKey } from "../../deploy/release/release-key.ts";
import type { SlotRecord } from "../../deploy/update/slot-record.ts";
import { SlotSectors } from "../../deploy/update/slot-records.ts";
import { type MqttProbe, probe } from "../harness/mqtt-probe.ts";
import { projectFolder } from "../harness/source-files.ts";
import type { SpecContext } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type TestCard, testCard } from "./card.ts";
import { gpioSim } from "./gpio-sim.ts";
import { lineBoard } from "./line-board.ts";
import type { Machine } from "./machine.ts";
import { patientBroker } from "./patient-broker.ts";
import { testKey } from "./push.ts";
import { bootVirt } from "./virt.ts";

/** An emulated machine beside other work: a quiet one takes a tenth of it. */
export const LIMIT_MS = 300_000;

const STATUS = "holdfast/greenhouse/status";

/** What a board says of its updates, in `status.update`. */
export interface ToldUpdate {
  readonly state: string;
  readonly reason: string;
  readonly slot: string | null;
}

export interface Updatable {
  readonly key: SigningKey;
  readonly card: TestCard;
  readonly board: Machine;
  readonly client: MqttProbe;
  /** As it is on the card now. */
  record(): SlotRecord;
  /** Another machine with this card, once the board was cut. */
  switchOn(): Promise<Machine>;
}

/** `placement`: of its devices in cells. */
export async function updatable(t: SpecContext, placement?: "own" | "shared"): Promise<Updatable> {
  const key = testKey(t);
  const broker = await patientBroker(t);
  const card = await testCard(t, lineBoard(broker.fromGuest, undefined, placement), {
    trusted: [key.trusted],
  });
  const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
  const header = await gpioSim(projectFolder, () => {});
  const switchOn = () => bootVirt(t, card, { gpioSim: header, resets: true });
  const board = await switchOn();
  await online(board, client);
  return { key, card, board, client, switchOn, record: () => new SlotSectors(card.image).read()! };
}

/** Waits for it. Throws an Error with the console. */
export function online(board: Machine, client: MqttProbe): Promise<void> {
  return comes(board, "the board is online", () => client.last(STATUS)?.state === "online");
}

/** What the board said last. */
export function toldUpdate(client: MqttProbe): ToldUpdate | undefined {
  return client.last(STATUS)?.update as ToldUpdate | undefined;
}

/** Waits for what a machine brings about. Throws an Error with its console. */
export async function comes(board: Machine, what: string, condition: () => unknown): Promise<void> {
  try {
    await until(what, condition, LIMIT_MS);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${board.console.slice(-6000)}`);
  }
}
