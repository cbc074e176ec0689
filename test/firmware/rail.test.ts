import { equal } from "uvu/assert";
import type { Output } from "../../firmware/guardian/output.ts";
import { Rail } from "../../firmware/guardian/rail.ts";
import { spec } from "../harness/spec.ts";

const MS = 1000;

spec(
  "an output that is driven again and again without success drops its rail, however busy its chip is",
  () => {
    const told: string[] = [];
    const line = { isOn: true, plan: { line: "GPIO22" }, safe: () => void told.push("off") };
    const output = { plan: { line: "valves.GPA0" }, failsSafe: false, unsafe: true };
    const rail = new Rail(line as unknown as Output, [output as unknown as Output], {
      on: () => void told.push("on"),
      event: ({ kind }) => void told.push(kind),
    });
    rail.look(0);
    equal(told, [], "its first try is under way");
    // Every 100 ms it fails; rounds for others in between see it driven anew.
    for (let ms = 100; ms <= 400; ms += 20) {
      output.failsSafe = ms % 100 === 0;
      rail.look(ms * MS);
    }
    equal(told.slice(0, 2), ["off", "railOff"]);
  },
);

spec("one that reaches its level in time leaves the rail on", () => {
  const told: string[] = [];
  const line = { isOn: true, plan: { line: "GPIO22" }, safe: () => void told.push("off") };
  const output = { plan: { line: "valves.GPA0" }, failsSafe: true, unsafe: true };
  const rail = new Rail(line as unknown as Output, [output as unknown as Output], {
    on: () => void told.push("on"),
    event: ({ kind }) => void told.push(kind),
  });
  rail.look(0);
  Object.assign(output, { failsSafe: false, unsafe: false });
  rail.look(100 * MS);
  Object.assign(output, { failsSafe: true, unsafe: true });
  rail.look(300 * MS);
  equal(told, [], "patience begins anew");
});
