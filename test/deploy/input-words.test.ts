import { equal } from "uvu/assert";
import { inputWords } from "../../deploy/cli/input-words.ts";
import { spec } from "../harness/spec.ts";

spec("an input says its pull, its filters, and what is counted", () => {
  equal(inputWords({ line: "GPIO5", bias: "none", activeLow: false }), ["no pull"]);
  equal(inputWords({ line: "GPIO5", bias: "pull-up", activeLow: true, debounceMs: 20 }), [
    "pull up",
    "active low",
    "debounce 20ms",
  ]);
  equal(
    inputWords({ line: "GPIO5", bias: "pull-down", activeLow: false, glitchFilterMs: 0.05, counts: true }),
    ["pull down", "glitchFilter 50us", "counts both edges"],
  );
  equal(inputWords({ line: "GPIO5", bias: "none", activeLow: false, counts: true, edges: "rising" }), [
    "no pull",
    "counts rising edges",
  ]);
});
