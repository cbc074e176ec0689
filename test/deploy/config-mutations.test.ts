import fc from "fast-check";
import * as assert from "uvu/assert";
import { startTable } from "../../deploy/cli/start-table.ts";
import { formatProblems } from "../../deploy/config/format-problems.ts";
import { type ConfigResult, parseConfig } from "../../deploy/config/load-config.ts";
import { boardPlan, controllerPlans, devicePlans, hardwarePlan } from "../../deploy/config/plan.ts";
import { spec } from "../harness/spec.ts";
import { demoText } from "./demo-board.ts";

type Json = Record<string, unknown>;

/** What people and editors do to a value, and what nobody expects. */
const values = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    "",
    "none",
    "2s",
    "0ms",
    "1h",
    "GPIO17",
    "GPIO2",
    "0x76",
    "heater",
    "on",
    0,
    -1,
  ),
  fc.constantFrom("i2c-1", "relay", "climate.temperature", "constructor", "__proto__", true, 1e308, 0.1),
  fc.jsonValue({ maxDepth: 2 }),
);
const keys = fc.oneof(
  fc.constantFrom("every", "lease", "line", "driver", "safe", "maxOn", "heater", "__proto__", "constructor"),
  fc.string({ maxLength: 8 }),
);
const mutation = fc.record({
  /** Picks a key of the object it has come to, level by level. */
  steps: fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
  how: fc.constantFrom("set", "remove", "rename", "copy"),
  value: values,
  key: keys,
});

spec(
  "whatever is done to the demo, there are problems or a configuration that can be planned",
  () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 2 }), (mutations) => {
        const board = JSON.parse(demoText) as Json;
        for (const { steps, how, value, key } of mutations) {
          const [holder, name] = walk(board, steps);
          if (how === "copy" || how === "rename") put(holder, key, holder[name]);
          if (how === "set") put(holder, name, value);
          if (how === "remove" || how === "rename") delete holder[name];
        }
        judge(parseConfig(JSON.stringify(board)));
      }),
      { numRuns: 1000 },
    );
  },
  { limitMs: 60_000 },
);

spec(
  "whatever is typed into the demo's text, there are problems or a configuration that can be planned",
  () => {
    const edit = fc.record({
      at: fc.nat(demoText.length),
      cut: fc.nat(6),
      text: fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('"', ",", "}", "0", "s", "GPIO", "\n")),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        const text = edits.reduce(
          (before, { at, cut, text }) => before.slice(0, at) + text + before.slice(at + cut),
          demoText,
        );
        judge(parseConfig(text));
      }),
      { numRuns: 1000 },
    );
  },
  { limitMs: 60_000 },
);

function judge({ config, problems, warnings }: ConfigResult): void {
  if (config === undefined) {
    assert.ok(problems.length > 0);
    for (const { allowed, found } of problems) assert.ok(allowed !== "" && found !== "");
    assert.ok(formatProblems(problems, warnings, "board.config.json").length > 0);
    return;
  }
  boardPlan(config);
  hardwarePlan(config);
  controllerPlans(config);
  for (const { modes, commandForMs, output } of devicePlans(config)) {
    for (const { job } of modes) assert.ok(job === undefined || job.deadlineUs <= job.hardDeadlineUs);
    if (output?.safe === "off") assert.ok(commandForMs !== undefined);
  }
  for (const line of startTable(config, { version: "0" }).split("\n")) assert.ok(line.length <= 100, line);
}

/** An object somewhere in the board, as deep as there are steps, and one of its keys. */
function walk(board: Json, steps: readonly number[]): [holder: Json, key: string] {
  const [step = 0, ...further] = steps;
  const names = Object.keys(board);
  const name = names[step % Math.max(1, names.length)] ?? "version";
  const inner = board[name];
  const isObject = typeof inner === "object" && inner !== null;
  return isObject && further.length > 0 ? walk(inner as Json, further) : [board, name];
}

/** An own key even where it is `__proto__`, as JSON.parse makes it. */
function put(holder: Json, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
