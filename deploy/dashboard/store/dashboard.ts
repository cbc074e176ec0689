/**
 * All the page knows, as one value, and how each message makes the next one. Everything that did not change
 * keeps its identity, so that whoever shows a part can compare it with `===`.
 */
import { nextClockOffset } from "./clock-offset.ts";
import { type CommandPayload, commandValues } from "./command.ts";
import { type Connection, noConnection } from "./connection.ts";
import {
  type Device,
  emptyDevice,
  type Refusal,
  withoutRefusal,
  withReading,
  withRefusal,
  withState,
} from "./device.ts";
import { type LoggedEvent, logEvent } from "./event-log.ts";
import { decodeLinks, type LinksTold } from "./links.ts";
import { own } from "./own.ts";
import type { Receipt } from "./reading.ts";
import { parseTopic, type Topic } from "./topic.ts";
import {
  type BoardStatus,
  decodeEvent,
  decodeReading,
  decodeRefusal,
  decodeState,
  decodeStatus,
  decodeTiming,
  type Timing,
} from "./wire.ts";

export interface Board {
  readonly id: string;
  readonly status: BoardStatus | undefined;
  /** Since when the board is offline: undefined while it is not, null when nobody knows. */
  readonly offlineSinceMs: number | null | undefined;
  readonly clockOffsetMs: number | undefined;
  readonly devices: Readonly<Record<string, Device>>;
  /** By job; a job named like a device is that device's. */
  readonly timings: Readonly<Record<string, Timing>>;
  readonly events: readonly LoggedEvent[];
  /** Its links with other boards, as it told them last; undefined for a board that tells of none. */
  readonly links: LinksTold | undefined;
}

export interface Dashboard {
  readonly connection: Connection;
  readonly boards: Readonly<Record<string, Board>>;
  /** Messages that were not what their topic promises. */
  readonly unreadable: number;
}

/** One MQTT message; an empty text means that the retained message was taken away. */
export interface Message {
  readonly topic: string;
  readonly text: string;
  readonly retained: boolean;
  readonly receivedMs: number;
}

export const emptyDashboard: Dashboard = { connection: noConnection, boards: {}, unreadable: 0 };

/** The dashboard after a message. Topics that are not the page's business change nothing. */
export function receive(dashboard: Dashboard, root: string, message: Message): Dashboard {
  const topic = parseTopic(root, message.topic);
  if (topic === undefined) return dashboard;
  const before = own(dashboard.boards, topic.board) ?? emptyBoard(topic.board);
  const { receivedMs, retained } = message;
  const receipt: Receipt = { receivedMs, retained, session: dashboard.connection.session };
  const after = message.text === "" ? forget(before, topic) : nextBoard(before, topic, message.text, receipt);
  if (after === undefined) return { ...dashboard, unreadable: dashboard.unreadable + 1 };
  if (after === before) return dashboard;
  const { [topic.board]: _, ...others } = dashboard.boards;
  const empty =
    after.status === undefined && Object.keys(after.devices).length === 0 && after.events.length === 0;
  return { ...dashboard, boards: empty ? others : { ...others, [topic.board]: after } };
}

export function connectionChanged(dashboard: Dashboard, connection: Connection): Dashboard {
  return { ...dashboard, connection };
}

/** Remembers what was sent until the device shows it; a command that shows nothing is not waited for. */
export function commandSent(
  dashboard: Dashboard,
  board: string,
  device: string,
  payload: CommandPayload,
  sentMs: number,
): Dashboard {
  const values = commandValues(payload);
  const pending = Object.keys(values).length === 0 ? undefined : { values, sentMs };
  return changeDevice(dashboard, board, device, (before) => ({ ...before, pending }));
}

export function refusalDismissed(
  dashboard: Dashboard,
  board: string,
  device: string,
  refusal: Refusal,
): Dashboard {
  return changeDevice(dashboard, board, device, (before) => withoutRefusal(before, refusal));
}

/** Boards by name. */
export function boardsOf(dashboard: Dashboard): readonly Board[] {
  return Object.values(dashboard.boards).sort((a, b) => a.id.localeCompare(b.id));
}

/** Devices in the order a loop reads: what senses, what decides, what acts; then by name. */
export function devicesOf(board: Board): readonly Device[] {
  const order = ["sensor", "input", "controller", "actuator"];
  const place = (device: Device) => {
    const index = order.indexOf(device.state?.kind ?? "");
    return index === -1 ? order.length : index;
  };
  return Object.values(board.devices).sort((a, b) => place(a) - place(b) || a.id.localeCompare(b.id));
}

function emptyBoard(id: string): Board {
  return {
    id,
    status: undefined,
    offlineSinceMs: undefined,
    clockOffsetMs: undefined,
    devices: {},
    timings: {},
    events: [],
    links: undefined,
  };
}

/** The board after a message; undefined when the text is not what the topic promises. */
function nextBoard(board: Board, topic: Topic, text: string, receipt: Receipt): Board | undefined {
  switch (topic.kind) {
    case "status": {
      const status = decodeStatus(text);
      return status && withStatus(board, status, receipt);
    }
    case "events": {
      const event = decodeEvent(text);
      return event && { ...board, events: logEvent(board.events, event, receipt.receivedMs) };
    }
    case "links": {
      const peers = decodeLinks(text);
      return peers && { ...board, links: { peers, receipt } };
    }
    case "timing": {
      const timing = decodeTiming(text);
      return timing && { ...board, timings: { ...board.timings, [topic.job]: timing } };
    }
    case "state": {
      const state = decodeState(text);
      return state && withDevice(board, topic.device, (device) => withState(device, state, receipt));
    }
    case "error": {
      const refusal = decodeRefusal(text);
      if (refusal === undefined || own(board.devices, topic.device) === undefined) return refusal && board;
      return withDevice(board, topic.device, (device) => withRefusal(device, refusal, receipt.receivedMs));
    }
    case "reading": {
      const reading = decodeReading(text);
      if (reading === undefined) return undefined;
      const trusted = !receipt.retained && reading.quality === "good";
      const clockOffsetMs = trusted
        ? nextClockOffset(board.clockOffsetMs, reading.atMs, receipt.receivedMs)
        : board.clockOffsetMs;
      return withDevice({ ...board, clockOffsetMs }, topic.device, (device) =>
        withReading(device, topic.name, reading, receipt, clockOffsetMs ?? 0),
      );
    }
  }
}

function withStatus(board: Board, status: BoardStatus, receipt: Receipt): Board {
  if (status.state === "online") return { ...board, status, offlineSinceMs: undefined };
  const sinceMs = board.offlineSinceMs ?? (receipt.retained ? null : receipt.receivedMs);
  return { ...board, status, offlineSinceMs: sinceMs };
}

/** What is left when a retained message is taken away: a device without its state is gone. */
function forget(board: Board, topic: Topic): Board {
  switch (topic.kind) {
    case "status":
      return { ...board, status: undefined };
    case "links":
      return { ...board, links: undefined };
    case "state": {
      const { [topic.device]: _, ...devices } = board.devices;
      return { ...board, devices };
    }
    case "reading": {
      const device = own(board.devices, topic.device);
      if (device === undefined) return board;
      const { [topic.name]: _, ...readings } = device.readings;
      return { ...board, devices: { ...board.devices, [topic.device]: { ...device, readings } } };
    }
    default:
      return board;
  }
}

function withDevice(board: Board, id: string, change: (device: Device) => Device): Board {
  const device = change(own(board.devices, id) ?? emptyDevice(id));
  return { ...board, devices: { ...board.devices, [id]: device } };
}

function changeDevice(
  dashboard: Dashboard,
  board: string,
  device: string,
  change: (device: Device) => Device,
): Dashboard {
  const before = own(dashboard.boards, board);
  if (before === undefined || own(before.devices, device) === undefined) return dashboard;
  return { ...dashboard, boards: { ...dashboard.boards, [board]: withDevice(before, device, change) } };
}
