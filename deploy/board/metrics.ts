/**
 * The board for Prometheus. Durations are in seconds, as is the custom there. A job bears the label `device`, not
 * `job`: that one is Prometheus's own.
 */
import { BAR_EDGES_US, type Quantiles } from "../../runtime/time/histogram.ts";
import { busMetrics } from "./bus-metrics.ts";
import { linkMetrics } from "./link-metrics.ts";
import { networkMetrics } from "./network-metrics.ts";
import { outboxMetrics } from "./outbox-metrics.ts";
import type { CellFacts, DeviceFacts, JobFacts, Overview } from "./overview.ts";
import { type Labels, MetricsText, type Sample } from "./prometheus.ts";

const MODES = ["full", "reduced", "safe", "off", "starting"];
const EDGES_S = BAR_EDGES_US.map((us) => us / 1e6);

/** Text of `/metrics`. */
export function boardMetrics(overview: Overview): Promise<string> {
  const text = new MetricsText();
  boardAsAWhole(text, overview);
  const { board } = overview;
  if (overview.outbox !== null) outboxMetrics(text, overview.outbox, board);
  if (overview.network !== null) networkMetrics(text, overview.network, board);
  if (overview.links !== null) linkMetrics(text, overview.links, board);
  devices(text, overview.devices, board);
  jobs(text, overview.jobs, board);
  busMetrics(text, overview.buses, board);
  cells(text, overview.cells ?? [], board);
  return text.text();
}

function boardAsAWhole(text: MetricsText, overview: Overview): void {
  const { board, version, hardware, incarnation, uptimeS, broker, devices, dropped } = overview;
  const one = (value: number): Sample[] => [{ labels: { board }, value }];
  const sum = (of: (device: DeviceFacts) => number) => devices.reduce((total, each) => total + of(each), 0);
  text.gauge("holdfast_info", "Always 1; the labels tell what runs.", [
    { labels: { board, version, hardware }, value: 1 },
  ]);
  text.gauge("holdfast_incarnation", "Starts of the runtime since the guardian started.", one(incarnation));
  text.gauge("holdfast_uptime_seconds", "Since the runtime started.", one(uptimeS));
  text.gauge(
    "holdfast_broker_online",
    "1 while the board is connected to its broker.",
    one(bit(broker === "live")),
  );
  text.gauge("holdfast_devices", "Devices and controllers configured.", one(devices.length));
  text.gauge(
    "holdfast_devices_ready",
    "Devices and controllers in service.",
    one(sum(({ ready }) => bit(ready))),
  );
  text.counter(
    "holdfast_restarts_total",
    "Restarts of devices and controllers.",
    one(sum(({ restarts }) => restarts)),
  );
  text.counter(
    "holdfast_deadline_misses_total",
    "Jobs that ended late or were skipped.",
    one(sum(({ misses }) => misses)),
  );
  text.counter("holdfast_events_dropped_total", "Events that found no room.", one(dropped.events));
  text.counter("holdfast_commands_refused_total", "Commands refused at the gate.", one(dropped.commands));
}

function devices(text: MetricsText, all: readonly DeviceFacts[], board: string): void {
  text.counter(
    "holdfast_device_restarts_total",
    "Restarts of a device or controller.",
    all.map(({ id, restarts }) => ({ labels: { board, device: id }, value: restarts })),
  );
  text.gauge(
    "holdfast_device_mode",
    "1 for the mode that a device or controller is in, 0 for the others.",
    all.flatMap(({ id, mode }) =>
      MODES.map((each) => ({ labels: { board, device: id, mode: each }, value: bit(each === mode) })),
    ),
  );
  text.gauge(
    "holdfast_reading",
    "Readings of quality good; on and pressed are 1. A doubtful one has no series.",
    all.flatMap(({ id, readings }) =>
      readings.flatMap(({ name, unit, value, quality }) =>
        value === null || quality !== "good"
          ? []
          : [{ labels: { board, device: id, reading: name, unit }, value: Number(value) }],
      ),
    ),
  );
}

function jobs(text: MetricsText, all: readonly JobFacts[], board: string): void {
  const labelled = all.map((job) => ({ job, labels: { board, device: job.job } }));
  /** Of the jobs that have it. */
  const samples = (of: (job: JobFacts) => number | null | undefined): Sample[] =>
    labelled.flatMap(({ job, labels }) => {
      const value = of(job);
      return value === undefined || value === null || !Number.isFinite(value) ? [] : [{ labels, value }];
    });
  text.counter(
    "holdfast_job_runs_total",
    "Jobs done.",
    samples(({ count }) => count),
  );
  text.counter(
    "holdfast_job_misses_total",
    "Jobs that ended late or were skipped.",
    samples(({ misses }) => misses),
  );
  text.counter(
    "holdfast_job_skipped_total",
    "Releases skipped.",
    samples(({ skipped }) => skipped),
  );
  text.counter(
    "holdfast_job_aborted_total",
    "Jobs broken off.",
    samples(({ aborted }) => aborted),
  );
  text.counter(
    "holdfast_job_over_budget_total",
    "Jobs that took more than their budget.",
    samples(({ overBudget }) => overBudget),
  );
  text.gauge(
    "holdfast_job_period_seconds",
    "Between two releases.",
    samples(({ periodUs }) => seconds(periodUs)),
  );
  text.gauge(
    "holdfast_job_deadline_seconds",
    "From release to when it is due.",
    samples(({ deadlineUs }) => seconds(deadlineUs)),
  );
  text.gauge(
    "holdfast_job_budget_seconds",
    "What it may take.",
    samples(({ budgetUs }) => seconds(budgetUs)),
  );
  text.gauge(
    "holdfast_job_worst_response_seconds",
    "The slowest since its start, release to end.",
    samples(({ worst }) => seconds(worst?.responseUs)),
  );
  const histogram = (name: string, help: string, of: (job: JobFacts) => Quantiles | undefined) =>
    text.histogram(
      name,
      help,
      labelled.flatMap(({ job, labels }) => bucketsOf(of(job), labels)),
    );
  histogram("holdfast_job_lateness_seconds", "Release to begin.", ({ latenessUs }) => latenessUs);
  histogram("holdfast_job_execution_seconds", "Begin to end.", ({ executionUs }) => executionUs);
  histogram("holdfast_job_response_seconds", "Release to end.", ({ responseUs }) => responseUs);
  histogram(
    "holdfast_job_end_to_end_seconds",
    "Sample to line, of controllers.",
    ({ endToEndUs }) => endToEndUs,
  );
}

function cells(text: MetricsText, all: readonly CellFacts[], board: string): void {
  const samples = (of: (cell: CellFacts) => number | null | undefined): Sample[] =>
    all.flatMap((cell) => {
      const value = of(cell);
      return value === undefined || value === null ? [] : [{ labels: { board, cell: cell.cell }, value }];
    });
  text.gauge(
    "holdfast_cell_answers",
    "1 when the cell answered in time.",
    samples(({ report }) => bit(report !== null)),
  );
  text.counter(
    "holdfast_cell_restarts_total",
    "Lives of a cell before this one.",
    samples(({ restarts }) => restarts),
  );
  text.counter(
    "holdfast_cell_resumes_total",
    "Resumes of its processes.",
    samples(({ resumes }) => resumes),
  );
  text.gauge(
    "holdfast_cell_processes",
    "Processes that live in it.",
    samples(({ report }) => report?.processCount),
  );
  text.gauge(
    "holdfast_cell_heap_used_bytes",
    "Heap in use.",
    samples(({ report }) => report?.heap.usedBytes),
  );
  text.gauge(
    "holdfast_cell_heap_limit_bytes",
    "Heap it may use.",
    samples(({ report }) => report?.heap.limitBytes),
  );
  text.gauge(
    "holdfast_cell_external_bytes",
    "Buffers and the like outside the heap.",
    samples(({ report }) => report?.heap.externalBytes),
  );
  text.counter(
    "holdfast_cell_cpu_seconds_total",
    "Time its thread was on a core: its rate is the utilisation.",
    samples(({ report }) => seconds(report?.thread?.ranUs)),
  );
  text.counter(
    "holdfast_cell_cpu_wait_seconds_total",
    "Time its thread was ready and others had the cores.",
    samples(({ report }) => seconds(report?.thread?.waitedUs)),
  );
}

function bucketsOf(quantiles: Quantiles | undefined, labels: Labels) {
  if (quantiles === undefined) return [];
  const { bars, sum, count } = quantiles;
  return [{ labels, edges: EDGES_S, counts: bars, sum: sum / 1e6, count }];
}

function seconds(us: number | null | undefined): number | undefined {
  return us === null || us === undefined ? undefined : us / 1e6;
}

function bit(is: boolean): number {
  return is ? 1 : 0;
}
