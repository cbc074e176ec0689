import * as assert from "uvu/assert";
import { boardMetrics } from "../../deploy/board/metrics.ts";
import { MetricsText } from "../../deploy/board/prometheus.ts";
import { type Family, readExposition, type SampleLine } from "../harness/exposition.ts";
import { spec } from "../harness/spec.ts";
import { anOverview, quantilesOf } from "./an-overview.ts";

const families = async (overview = anOverview()) => readExposition(await boardMetrics(overview));

/** The one sample of `name` with these labels. */
function value(all: ReadonlyMap<string, Family>, name: string, labels: Record<string, string> = {}) {
  const family = all.get(name.replace(/_(bucket|sum|count)$/, "")) ?? all.get(name);
  const wanted = ({ name: of, labels: has }: SampleLine) =>
    of === name && Object.entries(labels).every(([label, text]) => has[label] === text);
  const [first, ...more] = family?.samples.filter(wanted) ?? [];
  assert.equal(more, [], `${name} once`);
  return first?.value;
}

spec("the names that monitors know are still there, with their totals", async () => {
  const all = await families();
  const totals = [
    ["holdfast_incarnation", "gauge", 2],
    ["holdfast_devices", "gauge", 2],
    ["holdfast_devices_ready", "gauge", 2],
    ["holdfast_restarts_total", "counter", 2],
    ["holdfast_deadline_misses_total", "counter", 3],
    ["holdfast_events_dropped_total", "counter", 0],
    ["holdfast_commands_refused_total", "counter", 5],
    ["holdfast_outbox_records", "gauge", 7],
    ["holdfast_outbox_bytes", "gauge", 1200],
    ["holdfast_outbox_oldest_seconds", "gauge", 90],
    ["holdfast_outbox_dropped_total", "counter", 3],
    ["holdfast_outbox_storage_works", "gauge", 1],
    ["holdfast_link_late_total", "counter", 8],
    ["holdfast_link_full_total", "counter", 9],
    ["holdfast_link_lost_total", "counter", 10],
  ] as const;
  for (const [name, type, total] of totals) {
    assert.is(all.get(name)?.type, type, name);
    assert.is(value(all, name, { board: "greenhouse" }), total, name);
  }
});

spec("a board that keeps nothing has no series of an outbox", async () => {
  const names = [...(await families({ ...anOverview(), outbox: null })).keys()];
  assert.equal(
    names.filter((name) => name.includes("outbox")),
    [],
  );
});

spec("links with other boards are told by board, refusals by cause", async () => {
  const all = await families();
  const pumphouse = { board: "greenhouse", peer: "pumphouse" };
  assert.is(value(all, "holdfast_link_up", pumphouse), 1);
  assert.is(value(all, "holdfast_link_up", { board: "greenhouse", peer: "shed" }), 0);
  assert.is(value(all, "holdfast_link_round_trip_seconds", pumphouse), 0.002);
  assert.is(
    all.get("holdfast_link_round_trip_seconds")?.samples.length,
    1,
    "of who is not there nothing is known",
  );
  assert.is(value(all, "holdfast_link_packets_under_way", pumphouse), 4);
  assert.is(value(all, "holdfast_link_names", pumphouse), 2);
  assert.is(value(all, "holdfast_link_joins", pumphouse), 3);
  assert.is(value(all, "holdfast_link_clock_ahead_seconds", pumphouse), 0.25);
  assert.is(all.get("holdfast_link_clock_ahead_seconds")?.samples.length, 1, "the shed's is not known");
  assert.is(value(all, "holdfast_link_clock_error_seconds", pumphouse), 0.001);
  assert.is(value(all, "holdfast_link_refused_total", { board: "greenhouse", cause: "notGiven" }), 7);
  assert.is(value(all, "holdfast_link_refused_total", { board: "greenhouse", cause: "stranger" }), 4);
});

spec(
  "a broker that is open to the network tells its clients, and refusals by kind; another has no such series",
  async () => {
    const all = await families();
    assert.is(value(all, "holdfast_broker_clients", { board: "greenhouse" }), 5);
    const refused = (kind: string) =>
      value(all, "holdfast_broker_refused_total", { board: "greenhouse", kind });
    assert.equal(["login", "publish", "read", "room"].map(refused), [3, 2, 70, 0]);
    const names = [...(await families({ ...anOverview(), network: null })).keys()];
    assert.not(names.includes("holdfast_broker_clients") || names.includes("holdfast_broker_refused_total"));
  },
);

spec("every series is of this board, and has its help", async () => {
  for (const [name, { help, samples }] of await families()) {
    assert.ok(name.startsWith("holdfast_") && help.endsWith("."), `${name}: ${help}`);
    assert.ok(samples.length > 0, name);
    for (const { labels } of samples) assert.is(labels.board, "greenhouse", name);
  }
});

spec("a job's histograms count what was measured, in seconds", async () => {
  const all = await families();
  const pump = { board: "greenhouse", device: "pump" };
  const lateness = "holdfast_job_lateness_seconds";
  assert.is(all.get(lateness)?.type, "histogram");
  // 60, 90, 140 and 900 us.
  const below = ["0.000032", "0.000064", "0.000128", "0.000256", "0.000512", "0.001024", "+Inf"].map((le) =>
    value(all, `${lateness}_bucket`, { ...pump, le }),
  );
  assert.equal(below, [0, 1, 2, 3, 3, 4, 4]);
  assert.is(value(all, `${lateness}_sum`, pump), 0.00119);
  assert.is(value(all, `${lateness}_count`, pump), 4);
  assert.is(value(all, "holdfast_job_execution_seconds_count", pump), 4);
  assert.is(value(all, "holdfast_job_response_seconds_sum", pump), 0.00359);
  assert.is(value(all, "holdfast_job_worst_response_seconds", pump), 0.00138);
  assert.is(value(all, "holdfast_job_misses_total", pump), 3);
});

spec("what a job does not have is no series of it", async () => {
  const all = await families();
  const devicesOf = (name: string) => all.get(name)?.samples.map(({ labels }) => labels.device);
  assert.equal(devicesOf("holdfast_job_budget_seconds"), ["pump"]);
  assert.equal(devicesOf("holdfast_job_aborted_total"), ["pump", "climate"]);
  assert.equal(devicesOf("holdfast_job_runs_total"), ["pump", "climate"]);
  assert.is(all.get("holdfast_job_end_to_end_seconds"), undefined, "nobody measures it here");
});

spec("a controller's way from sample to line is a histogram too", async () => {
  const overview = anOverview();
  const [pump, climate] = overview.jobs;
  const jobs = [pump!, { ...climate!, endToEndUs: quantilesOf(3000, 5000) }];
  const all = await families({ ...overview, jobs });
  assert.is(value(all, "holdfast_job_end_to_end_seconds_count", { device: "climate" }), 2);
});

spec("only readings of quality good are told, and the mode is one of five", async () => {
  const all = await families();
  assert.equal(
    all
      .get("holdfast_reading")
      ?.samples.map(({ labels, value }) => [labels.device, labels.reading, labels.unit, value]),
    [
      ["climate", "temperature", "°C", 21.4],
      ["pump", "on", "", 1],
    ],
  );
  const modes = all.get("holdfast_device_mode")!.samples.filter(({ value: is }) => is === 1);
  assert.equal(
    modes.map(({ labels }) => `${labels.device} ${labels.mode}`),
    ["climate safe", "pump full"],
  );
  assert.is(all.get("holdfast_device_mode")!.samples.length, 2 * 5);
});

spec("a cell that does not answer says so, and its last figures are not repeated", async () => {
  const all = await families();
  const cells = (name: string) =>
    all.get(`holdfast_cell_${name}`)?.samples.map((each) => [each.labels.cell, each.value]);
  assert.equal(cells("answers"), [
    ["kernel", 1],
    ["pump", 1],
    ["climate", 0],
  ]);
  assert.equal(cells("cpu_seconds_total"), [
    ["kernel", 0.1],
    ["pump", 0.25],
  ]);
  assert.equal(cells("heap_used_bytes")?.length, 2);
  assert.equal(cells("resumes_total"), [
    ["pump", 77],
    ["climate", 12],
  ]);
  assert.equal(cells("restarts_total"), [
    ["kernel", 0],
    ["pump", 2],
    ["climate", 0],
  ]);
});

spec("before the inspector answers and before any job there is still a page", async () => {
  const all = await families({ ...anOverview(), cells: null, jobs: [], devices: [] });
  assert.is(value(all, "holdfast_devices"), 0);
  assert.equal(
    [...all.keys()].filter((name) => /_(cell|job|device)_/.test(name)),
    [],
  );
});

spec("labels are escaped", async () => {
  const text = new MetricsText();
  const awkward = 'a "quoted" \\ back\nslash';
  text.gauge("holdfast_x", "Help.", [{ labels: { unit: awkward }, value: -1.5 }]);
  const all = readExposition(await text.text());
  assert.equal(all.get("holdfast_x")?.samples, [
    { name: "holdfast_x", labels: { unit: awkward }, value: -1.5 },
  ]);
});

spec("the reader of these tests refuses what Prometheus would", () => {
  const head = "# HELP a A.\n# TYPE a gauge\n";
  for (const [text, why] of [
    [`${head}a{x="1"} 1\na{x="1"} 2\n`, /twice/],
    [`${head}b 1\n`, /family/],
    [`${head}a one\n`, /no number/],
    [`${head}a{x="1} 1\n`, /labels/],
    [`${head}a 1`, /does not end/],
    ["# TYPE a gauge\na 1\n", /without HELP/],
    ["# HELP a A.\n# TYPE a counter\na 1\n", /_total/],
    ['# HELP a A.\n# TYPE a histogram\na_bucket{le="1"} 2\na_sum 1\na_count 2\n', /\+Inf/],
    [
      '# HELP a A.\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
      /rise/,
    ],
  ] as const)
    assert.throws(() => readExposition(text), why);
});
