import * as assert from "uvu/assert";
import { Relay } from "../../devices/drivers/relay.ts";
import { LineError } from "../../firmware/contracts/line.ts";
import { spec } from "../harness/spec.ts";
import { NotedOutput } from "./noted-output.ts";

spec("a relay switches, renews and reads back", () => {
  const output = new NotedOutput("GPIO17");
  const relay = new Relay(output);
  assert.is(relay.set(true), true);
  relay.renew();
  assert.is(relay.isOn(), true);
  assert.is(relay.set(false), false);
  assert.is(relay.isOn(), false);
  assert.equal(output.takeLog(), ["write 1", "renew", "read", "write 0", "read"]);
});

spec("a relay whose line does not follow says read_back", () => {
  const output = new NotedOutput("GPIO17");
  output.short(0);
  assert.throws(
    () => new Relay(output).set(true),
    (error: unknown) => error instanceof LineError && error.code === "read_back" && error.line === "GPIO17",
  );
});

spec("a line error passes through unchanged", () => {
  const output = new NotedOutput("GPIO17");
  const refusal = new LineError("max_on", "GPIO17");
  output.write = () => {
    throw refusal;
  };
  assert.throws(
    () => new Relay(output).set(true),
    (error: unknown) => error === refusal,
  );
});
