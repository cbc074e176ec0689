import * as assert from "uvu/assert";
import { Led } from "../../devices/drivers/led.ts";
import { spec } from "../harness/spec.ts";
import { NotedOutput } from "./noted-output.ts";

spec("an LED that does not follow is only reported", () => {
  const output = new NotedOutput("GPIO27");
  const led = new Led(output);
  assert.is(led.set(true), true);
  output.short(0);
  assert.is(led.set(true), false);
  led.renew();
  assert.equal(output.takeLog(), ["write 1", "write 1", "renew"]);
});
