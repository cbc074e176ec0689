import * as assert from "uvu/assert";
import { boardMetrics } from "../../deploy/board/metrics.ts";
import { Telemetry } from "../../deploy/board/telemetry.ts";
import { busLine, busWarns } from "../../deploy/cli/bus-words.ts";
import { topFrame } from "../../deploy/cli/top-frame.ts";
import { spec } from "../harness/spec.ts";
import { aBus } from "./a-bus.ts";
import { anOverview } from "./an-overview.ts";

spec("a bus is a line: how much it is used, and what is wrong with whom", () => {
  const bus = aBus();
  assert.is(
    busLine(bus),
    "bus i2c-1  3.1% of 400kHz, 620 transfers; errors: 0x70/3 0x76 quarantined 2 address_nak 3 bus_stuck",
  );
  assert.is(busWarns(bus), true);
  const well = { ...bus, chips: bus.chips.slice(0, 1) };
  assert.is(busLine(well), "bus i2c-1  3.1% of 400kHz, 620 transfers");
  assert.is(busWarns(well), false);
  assert.match(busLine({ ...well, stuck: true }), /^bus i2c-1 {2}HELD, 3\.1%/);
  assert.is(busWarns({ ...well, stuck: true }), true);
});

spec("holdfast top shows it above the jobs, set off while something is wrong", () => {
  const size = { columns: 100, rows: Number.POSITIVE_INFINITY };
  const now = { ...anOverview(), buses: [aBus()] };
  const lines = topFrame({ now, before: undefined, sort: "name", view: "both", skip: 0 }, size);
  const [line] = lines.filter(({ text }) => text.startsWith("bus i2c-1"));
  assert.is(line?.tone, "warn");
});

spec("Prometheus has each bus and chip, errors by their code", async () => {
  const text = await boardMetrics({ ...anOverview(), buses: [aBus()] });
  const bus = '{board="greenhouse",bus="i2c-1"}';
  const bad = 'board="greenhouse",bus="i2c-1/0x70/3",address="0x76"';
  for (const line of [
    `holdfast_bus_use_ratio${bus} 0.03125`,
    `holdfast_bus_stuck${bus} 0`,
    `holdfast_bus_transfers_total${bus} 620`,
    `holdfast_bus_wire_seconds_total${bus} 0.062`,
    `holdfast_bus_busy_seconds_total${bus} 0.09`,
    `holdfast_chip_errors_total{${bad},code="bus_stuck"} 3`,
    `holdfast_chip_errors_total{${bad},code="data_nak"} 0`,
    `holdfast_chip_retries_total{${bad}} 4`,
    `holdfast_chip_quarantined{${bad}} 1`,
    `holdfast_chip_slowest_seconds{${bad}} 0.0007`,
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
});

spec("a board without buses has no series of them", async () => {
  assert.is((await boardMetrics(anOverview())).includes("holdfast_bus"), false);
});

spec("the telemetry keeps the last report", () => {
  const sink = new Proxy({}, { get: () => () => {} }) as ConstructorParameters<typeof Telemetry>[1];
  const telemetry = new Telemetry(
    [],
    sink,
    () => 0,
    () => undefined,
  );
  assert.equal(telemetry.buses(), []);
  telemetry.take({ type: "buses", buses: [aBus()] });
  assert.equal(telemetry.buses(), [aBus()]);
});
