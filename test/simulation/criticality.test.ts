import * as assert from "uvu/assert";
import { BAND } from "../../runtime/process/process.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

spec("devices and controllers run in the band of their criticality, in each of their lives", () => {
  const board = new SimulatedBoard({
    changes: [
      ["devices.heater.criticality", "critical"],
      ["controllers.thermostat.criticality", "critical"],
      ["devices.light.criticality", "best-effort"],
    ],
  });
  const bands = () =>
    ["heater", "thermostat", "light", "climate"].map((id) => board.kernel.cellOf(id)?.processAt(1)?.band);
  const declared = [BAND.critical, BAND.critical, BAND.bestEffort, BAND.normal];
  board.until(1);
  assert.equal(bands(), declared);
  board.crash("heater");
  board.crash("light");
  board.until(3);
  assert.is(board.trace.state("heater").restarts, 1);
  assert.equal(bands(), declared);
});
