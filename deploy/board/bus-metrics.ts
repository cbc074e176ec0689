/** The buses of a board for Prometheus. */
import type { BusReport, ChipReport } from "../../firmware/contracts/bus-report.ts";
import { addressText } from "../config/place-fields.ts";
import type { MetricsText, Sample } from "./prometheus.ts";

/** Counted by the guardian since it started, whatever became of the runtime meanwhile. */
export function busMetrics(text: MetricsText, buses: readonly BusReport[], board: string): void {
  const each = (of: (bus: BusReport) => number): Sample[] =>
    buses.map((bus) => ({ labels: { board, bus: bus.bus }, value: of(bus) }));
  text.gauge(
    "holdfast_bus_stuck",
    "1 while a bus is held and nothing has freed it.",
    each(({ stuck }) => (stuck ? 1 : 0)),
  );
  text.gauge(
    "holdfast_bus_use_ratio",
    "Share of its time that its transfers took by their bits, in the last whole 10 s.",
    each(({ usePercent }) => usePercent / 100),
  );
  text.counter(
    "holdfast_bus_transfers_total",
    "Transfers, selections of channels included.",
    each(({ transfers }) => transfers),
  );
  text.counter(
    "holdfast_bus_wire_seconds_total",
    "Time of its transfers by their bits.",
    each(({ wireUs }) => wireUs / 1e6),
  );
  text.counter(
    "holdfast_bus_busy_seconds_total",
    "Time of its transfers by the clock.",
    each(({ busyUs }) => busyUs / 1e6),
  );
  const chips = buses.flatMap((bus) => bus.chips);
  const labelled = (chip: ChipReport) => ({ board, bus: chip.bus, address: addressText(chip.address) });
  const ofChips = (of: (chip: ChipReport) => number): Sample[] =>
    chips.map((chip) => ({ labels: labelled(chip), value: of(chip) }));
  text.counter(
    "holdfast_chip_transfers_total",
    "Tries of transfers with a chip.",
    ofChips(({ transfers }) => transfers),
  );
  text.counter(
    "holdfast_chip_bytes_total",
    "Bytes written and read.",
    ofChips(({ bytes }) => bytes),
  );
  text.counter(
    "holdfast_chip_errors_total",
    "Tries that failed, by the code of their error.",
    chips.flatMap((chip) =>
      Object.entries(chip.errors).map(([code, value]) => ({ labels: { ...labelled(chip), code }, value })),
    ),
  );
  text.counter(
    "holdfast_chip_retries_total",
    "Tries after a failed one.",
    ofChips(({ retries }) => retries),
  );
  text.counter(
    "holdfast_chip_resets_total",
    "Resets and power-cycles.",
    ofChips(({ resets }) => resets),
  );
  text.gauge(
    "holdfast_chip_quarantined",
    "1 while a chip is kept off its bus because it held it.",
    ofChips(({ state }) => (state === "quarantined" ? 1 : 0)),
  );
  text.gauge(
    "holdfast_chip_slowest_seconds",
    "Slowest transfer.",
    ofChips(({ longestUs }) => longestUs / 1e6),
  );
}
