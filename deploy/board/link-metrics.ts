/** The links with other boards for Prometheus. */
import type { LinksFacts, PeerFacts } from "../links/link-facts.ts";
import type { MetricsText, Sample } from "./prometheus.ts";

export function linkMetrics(text: MetricsText, facts: LinksFacts, board: string): void {
  const { peers, refused, late, full, lost } = facts;
  const one = (value: number): Sample[] => [{ labels: { board }, value }];
  const each = (of: (peer: PeerFacts) => number | null): Sample[] =>
    peers.flatMap((peer) => {
      const value = of(peer);
      return value === null ? [] : [{ labels: { board, peer: peer.board }, value }];
    });
  text.gauge(
    "holdfast_link_up",
    "1 while the board is linked with that one.",
    each(({ up }) => (up ? 1 : 0)),
  );
  text.gauge(
    "holdfast_link_round_trip_seconds",
    "For a packet and the answer to it, as the last heartbeats tell.",
    each(({ roundTripMs }) => (roundTripMs === null ? null : roundTripMs / 1000)),
  );
  text.gauge(
    "holdfast_link_clock_ahead_seconds",
    "How far the clock of that board is ahead of this one's, as heartbeats tell; nothing while one of them is not set.",
    each(({ clockAheadMs }) => (clockAheadMs === null ? null : clockAheadMs / 1000)),
  );
  text.gauge(
    "holdfast_link_clock_error_seconds",
    "By how much that is wrong at most.",
    each(({ clockErrorMs }) => (clockErrorMs === null ? null : clockErrorMs / 1000)),
  );
  text.gauge(
    "holdfast_link_packets_under_way",
    "Packets that the other board has not confirmed.",
    each(({ underWay }) => underWay),
  );
  text.gauge(
    "holdfast_link_names",
    "Public names that the other board shows this one.",
    each(({ names }) => names),
  );
  text.gauge(
    "holdfast_link_joins",
    "Joins of processes of the other board in groups in common.",
    each(({ joins }) => joins),
  );
  text.counter(
    "holdfast_link_refused_total",
    "Packets without effect, by their cause.",
    Object.entries(refused).map(([cause, value]) => ({ labels: { board, cause }, value })),
  );
  text.counter("holdfast_link_late_total", "Requests that came when their time was over.", one(late));
  text.counter("holdfast_link_full_total", "Messages that found no room.", one(full));
  text.counter(
    "holdfast_link_lost_total",
    "Messages that were lost on their way here; their receivers were told.",
    one(lost),
  );
}
