import { equal } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { againstGoingBack, againstRestart } from "../../../deploy/update/restart-gate.ts";
import { spec } from "../../harness/spec.ts";
import { demoWith } from "../demo-board.ts";
import { anOutput } from "./an-output.ts";

const { config } = parseConfig(demoWith());
const noon = new Date(2026, 10, 26, 12);

/** The demo's four outputs with these among them on; the others are off. */
function board(...on: readonly string[]) {
  const devices = ["heater", "pump", "fan", "led"].map((id) =>
    anOutput(id, [{ name: "on", unit: "", value: on.includes(id), quality: "good" }]),
  );
  return async () => ({ devices });
}

spec("nothing stands against a restart of a board whose outputs are safe", async () => {
  equal(await againstRestart({ config: config!, look: board(), now: noon }), []);
});

spec("each output that would drop is named", async () => {
  equal(await againstRestart({ config: config!, look: board("pump", "heater"), now: noon }), [
    "heater is on",
    "pump is on",
  ]);
});

spec("a board that does not answer, and a window that is shut, are said", async () => {
  const look = () => Promise.reject(new Error("fetch failed"));
  const { config: shut } = parseConfig(demoWith(["updateWindow", "01:00-04:00"]));
  equal(await againstRestart({ config: shut!, look, now: noon }), [
    "the board does not answer, so nobody knows its outputs (fetch failed)",
    "updateWindow is 01:00-04:00",
  ]);
});

spec(
  "a release that goes back waits for outputs that are known not to be safe, and for its window",
  async () => {
    const { config: shut } = parseConfig(demoWith(["updateWindow", "01:00-04:00"]));
    equal(await againstGoingBack({ config: shut!, look: board("heater"), now: noon }), [
      "heater is on: until it is safe",
      "updateWindow is 01:00-04:00",
    ]);
    // What it has lost it cannot wait for.
    const lost = async () => ({ devices: (await board("pump")()).devices.filter(({ id }) => id !== "pump") });
    equal(await againstGoingBack({ config: config!, look: lost, now: noon }), []);
    const look = () => Promise.reject(new Error("fetch failed"));
    equal(await againstGoingBack({ config: config!, look, now: noon }), undefined);
  },
);
