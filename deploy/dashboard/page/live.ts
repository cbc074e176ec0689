/**
 * The dashboard as a signal, fed by the connection: messages are collected and applied once per frame, so that
 * a flood costs one render; and the few things the page does to boards.
 */
import { computed, signal } from "@preact/signals";
import type { CommandPayload } from "../store/command.ts";
import type { Connection } from "../store/connection.ts";
import {
  commandSent,
  connectionChanged,
  type Dashboard,
  emptyDashboard,
  type Message,
  receive,
  refusalDismissed,
} from "../store/dashboard.ts";
import type { Refusal } from "../store/device.ts";
import { setTopic, topicFilters, worldTopic } from "../store/topic.ts";
import { type Credentials, MqttConnection } from "./mqtt-connection.ts";

/** Root topic; the server writes it into the page. */
export const root = metaContent("holdfast-root") ?? "holdfast";
const scheme = location.protocol === "https:" ? "wss" : "ws";
export const brokerUrl = `${scheme}://${location.host}/mqtt`;
/** When the page was opened: events before this are not in the list. */
export const openedMs = Date.now();

export const dashboard = signal<Dashboard>(emptyDashboard);
/** What many components read: they are told when it changes, not with every message. */
export const connection = computed(() => dashboard.value.connection);
/** Wall clock of the page, ms, twice a second: what tells ages is not drawn again with every message. */
export const now = signal(Date.now());

type News = Message | Connection;
let news: News[] = [];
let scheduled = false;

const broker = new MqttConnection(brokerUrl, topicFilters(root), {
  changed: (next) => tell(next),
  message: (topic, text, retained) => tell({ topic, text, retained, receivedMs: Date.now() }),
});

/** Connects and starts the clock. */
export function start(): void {
  broker.retryNow();
  setInterval(() => {
    now.value = Date.now();
  }, 500);
  addEventListener("visibilitychange", flush);
}

/** Tries to connect at once instead of waiting. */
export function retryNow(): void {
  broker.retryNow();
}

export function signIn(credentials: Credentials): void {
  broker.signIn(credentials);
}

/** Sends a command to a device. */
export function command(board: string, device: string, payload: CommandPayload): void {
  const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  if (!broker.publish(setTopic(root, board, device), { ...payload, id })) return;
  dashboard.value = commandSent(dashboard.value, board, device, payload, Date.now());
}

/** Sets the surroundings of an emulated device, or breaks it. */
export function setWorld(board: string, device: string, payload: CommandPayload): void {
  broker.publish(worldTopic(root, board, device), payload);
}

export function dismissRefusal(board: string, device: string, refusal: Refusal): void {
  dashboard.value = refusalDismissed(dashboard.value, board, device, refusal);
}

function tell(what: News): void {
  news.push(what);
  if (scheduled) return;
  scheduled = true;
  // A hidden page has no frames; it still has to empty the queue.
  if (document.hidden) setTimeout(flush, 1000);
  else requestAnimationFrame(flush);
}

function flush(): void {
  scheduled = false;
  const due = news;
  news = [];
  if (due.length === 0) return;
  let next = dashboard.value;
  for (const what of due) next = "topic" in what ? receive(next, root, what) : connectionChanged(next, what);
  dashboard.value = next;
}

function metaContent(name: string): string | undefined {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
  return content === undefined || content === "" ? undefined : content;
}
