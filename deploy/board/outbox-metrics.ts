/** The outbox for Prometheus. */
import type { OutboxFacts } from "../outbox/outbox-contract.ts";
import type { MetricsText, Sample } from "./prometheus.ts";

/** What waits for the broker, and whether it can be kept. */
export function outboxMetrics(text: MetricsText, facts: OutboxFacts, board: string): void {
  const one = (value: number): Sample[] => [{ labels: { board }, value }];
  const { records, bytes, oldestMs, dropped, fault } = facts;
  text.gauge("holdfast_outbox_records", "Records that wait for the broker.", one(records));
  text.gauge("holdfast_outbox_bytes", "What they take.", one(bytes));
  text.gauge(
    "holdfast_outbox_oldest_seconds",
    "Age of the oldest, in time that the board ran; 0 when none waits.",
    one((oldestMs ?? 0) / 1000),
  );
  text.counter("holdfast_outbox_dropped_total", "Records that were too many or too old.", one(dropped));
  text.gauge(
    "holdfast_outbox_storage_works",
    "0 while nothing can be written to stable storage.",
    one(fault === null ? 1 : 0),
  );
}
