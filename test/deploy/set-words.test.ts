import { equal, is, match, throws } from "uvu/assert";
import { connectBoard, noDevice } from "../../deploy/cli/board-client.ts";
import { CliError, EXIT } from "../../deploy/cli/exit-code.ts";
import { commandField, withOverride } from "../../deploy/cli/set.ts";
import { spec } from "../harness/spec.ts";
import { failureOf } from "./update/failure-of.ts";

spec("a word is a field and its value: on and off, a number for the only field, or field=value", () => {
  equal(commandField("on", ["on"], "led"), ["on", true]);
  equal(commandField("0.4", ["level"], "fan"), ["level", 0.4]);
  equal(commandField("setpointC=21", ["setpointC", "enabled"], "thermostat"), ["setpointC", 21]);
  equal(commandField("enabled=off", ["setpointC", "enabled"], "thermostat"), ["enabled", false]);
});

spec("a device that takes another command, or none, says so", () => {
  const refusal = (word: string, fields: readonly string[]) => {
    let said = "";
    throws(
      () => commandField(word, fields, "climate"),
      (error: CliError) => {
        said = error.message;
        return error.exitCode === EXIT.usage;
      },
    );
    return said;
  };
  is(refusal("on", []), "climate takes no commands: it only tells what it measures");
  is(refusal("on", ["level"]), 'climate takes no "on"; it takes level');
});

spec("an output that a controller owns is refused with the command that takes it, all else as it was", () => {
  const owned = new CliError(EXIT.refused, "refused: ownedBy irrigation: send ...");
  const { exitCode, message } = withOverride(owned, ["pump", "on"], {}) as CliError;
  is(exitCode, EXIT.refused);
  is(message, "refused: ownedBy irrigation: send .... Here: holdfast set pump on --override --for 10m");
  for (const other of [new CliError(EXIT.refused, "refused: no"), new TypeError("ownedBy")])
    is(withOverride(other, ["pump", "on"], {}), other);
  const there = withOverride(owned, ["pump", "on"], { board: "pump-house", for: "5s" }) as CliError;
  match(there.message, /Here: holdfast set pump on --board pump-house --override --for 5s$/);
});

spec("a device that there is not is told with the one that was meant, and all that there are", () => {
  const known = ["pump", "led"];
  is(
    noDevice("greenhouse has no", "pmup", known),
    'greenhouse has no device "pmup"; did you mean pump? There are led, pump',
  );
  is(noDevice("greenhouse has no", "x", known), 'greenhouse has no device "x"; there are led, pump');
});

spec("an address that is none of a broker is refused before anybody looks for it", async () => {
  for (const url of ["http://greenhouse.local", "greenhouse.local", "ws://greenhouse.local"]) {
    const { message } = await failureOf(
      connectBoard({ url, login: {}, root: "", rootFrom: "", json: false }),
    );
    match(message, `--url: "${url}" is no address of a broker: write mqtt://host:1883 or mqtts://host:8883`);
  }
});
