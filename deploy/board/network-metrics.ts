/** The board's own broker for Prometheus. */
import type { NetworkFacts } from "./overview.ts";
import type { MetricsText } from "./prometheus.ts";

/** Who uses it, and what it refused, where it is open to the network. */
export function networkMetrics(text: MetricsText, { clients, refused }: NetworkFacts, board: string): void {
  text.gauge("holdfast_broker_clients", "Clients of the board's own broker.", [
    { labels: { board }, value: clients },
  ]);
  text.counter(
    "holdfast_broker_refused_total",
    "What it refused: logins, publications, deliveries without the right (read), and for want of room.",
    Object.entries(refused).map(([kind, value]) => ({ labels: { board, kind }, value })),
  );
}
