/** Links with other boards in words for a terminal. */
import { formatDuration } from "../../runtime/time/duration.ts";
import type { PeerFacts } from "../links/link-facts.ts";

/** All in one line for `holdfast top`, those that are down first: `links  shed DOWN, pumphouse 2.1ms`. */
export function linksLine(peers: readonly PeerFacts[]): string {
  const words = [
    ...peers.filter(({ up }) => !up).map(({ board }) => `${board} DOWN`),
    ...peers.filter(({ up }) => up).map((peer) => `${peer.board} ${tripWords(peer)}`),
  ];
  return `links  ${words.join(", ")}`;
}

/** Of the way there and back: `2.1ms`, or `?` while no heartbeat was answered. */
export function tripWords({ roundTripMs }: PeerFacts): string {
  return roundTripMs === null ? "?" : shortTime(roundTripMs);
}

/** `4ms ahead ±1ms`, `even ±1ms`, or `?` while a clock is not set. */
export function clockWords({ clockAheadMs, clockErrorMs }: PeerFacts): string {
  if (clockAheadMs === null || clockErrorMs === null) return "?";
  const within = `±${shortTime(clockErrorMs)}`;
  if (Math.abs(clockAheadMs) <= clockErrorMs) return `even ${within}`;
  return `${shortTime(Math.abs(clockAheadMs))} ${clockAheadMs > 0 ? "ahead" : "behind"} ${within}`;
}

/** Two digits are enough for people. */
function shortTime(ms: number): string {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(Math.max(ms, 0.001))));
  return formatDuration(Number(ms.toFixed(Math.min(digits, 3))));
}
