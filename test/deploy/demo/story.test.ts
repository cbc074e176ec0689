import { equal, is, match, throws } from "uvu/assert";
import { lateness, newsLine } from "../../../deploy/demo/news.ts";
import { readDemoOptions } from "../../../deploy/demo/two-boards.ts";
import { WaterPipe, type WorldChange } from "../../../deploy/demo/water-pipe.ts";
import { spec } from "../../harness/spec.ts";

spec(
  "water makes the bed wetter and turns the meter, the sun dries it; what is not measured is left alone",
  () => {
    const changes: WorldChange[] = [];
    const pipe = new WaterPipe((change) => changes.push(change));
    pipe.tick(0);
    equal(changes, []);
    pipe.soilIs(50, 1000);
    pipe.pumpIs(true);
    pipe.pumpIs(true);
    equal(changes.splice(0), [{ board: "pump-house", device: "flow", set: { frequencyHz: 60 } }]);
    pipe.tick(2000);
    pipe.tick(3000);
    equal(
      changes.splice(0).map(({ set }) => set.moisturePercent),
      [51, 52],
    );
    pipe.pumpIs(false);
    is(changes.splice(0)[0]!.set.frequencyHz, 0);
    pipe.soilIs(52, 4000);
    pipe.tick(5000);
    equal(changes.splice(0), [{ board: "greenhouse", device: "soil", set: { moisturePercent: 51.6 } }]);
    pipe.tick(14_001);
    equal(changes, [], "the board is silent");
  },
);

spec("the events that tell the story have words, others have none", () => {
  const told = [
    { kind: "link", peer: "pump-house", state: "down", cause: "silent" },
    { kind: "link", state: "online", cause: "" },
    { kind: "output", device: "pump", level: 1 },
    { kind: "output", device: "heater", level: 1 },
    { kind: "commandExpired", device: "pump", level: 0, by: "irrigation@greenhouse" },
    {
      kind: "commandExpired",
      device: "pump",
      level: 0,
      by: "irrigation@greenhouse",
      cause: "it ended: killed",
    },
    { kind: "refused", device: "pump", peer: "shed", reason: "shed may not command pump" },
    { kind: "boot" },
  ].map(newsLine);
  equal(told, [
    "the link with pump-house is down: silent",
    undefined,
    "the pump is on",
    undefined,
    "the command of irrigation@greenhouse for pump has ended with its lease",
    "the command of irrigation@greenhouse for pump has ended: it ended: killed",
    "refused for pump: shed may not command pump",
    undefined,
  ]);
});

spec("what was told late says when it was", () => {
  const nowMs = Date.parse("2026-11-26T10:00:20.000Z");
  is(lateness("2026-11-26T10:00:19.000Z", nowMs), "");
  is(lateness("2026-11-26T10:00:05.400Z", nowMs), " (at 10:00:05, told only now)");
  is(lateness(null, nowMs), "", "its board had no clock");
});

spec("ports come from the command line, then from the environment, then they are the usual ones", () => {
  equal(readDemoOptions([], {}), { httpPort: 8080, mqttPort: 1883 });
  const environment = { HOLDFAST_HTTP_PORT: "9000", HOLDFAST_MQTT_PORT: "2000" };
  equal(readDemoOptions(["--mqtt-port", "3000"], environment), { httpPort: 9000, mqttPort: 3000 });
  is(readDemoOptions(["--broker", "mqtt://broker.local:1884"], {}).broker?.host, "broker.local:1884");
  for (const broker of ["broker.local", "mqtts://broker.local", "mqtt://otto:secret@broker.local"])
    throws(() => readDemoOptions(["--broker", broker], {}), /allowed is mqtt:\/\/host:port$/);
  throws(
    () => readDemoOptions(["--http-port", "many"], {}),
    (error: Error) => match(error.message, /^--http-port: "many" is no port/) === undefined,
  );
});
