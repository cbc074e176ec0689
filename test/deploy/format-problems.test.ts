import * as assert from "uvu/assert";
import { formatProblems, problemsJson } from "../../deploy/config/format-problems.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { spec } from "../harness/spec.ts";
import { demoWith } from "./demo-board.ts";

const file = "board.config.json";

spec("problems and warnings are listed with file and line, aligned and wrapped", () => {
  const { problems = [], warnings } = parseConfig(
    demoWith(
      ["devices.heater.lnie", "GPIO17"],
      ["devices.heater.line", undefined],
      ["devices.pump.line", "GPIO22"],
    ),
  );
  assert.is(
    formatProblems(problems, warnings, file),
    `board.config.json has 1 problem and 1 warning

board.config.json:95  devices.heater.lnie
    found    unknown key
    allowed  driver, line, drive, activeLow, safe, onCrash, holdFor, lease, maxOn, maxOnRest,
             maxOnLatch, minOff, commandFor, maxOverride, every, deadline, hardDeadline, budget,
             onMiss, phase, criticality, precision, modes, probation, publishEvery, keepEvery, cell,
             settings
    nearest  line

board.config.json:99  devices.pump.line
    warning  at power-up GPIO22 is pulled low, which switches it on; a 10k pull-up from pin 15 to
             3V3 (pin 1) keeps it off until Holdfast has it
`,
  );
});

spec("a syntax error is shown in its lines", () => {
  const { problems = [], warnings } = parseConfig('{\n  "version": 1,\n}');
  assert.is(
    formatProblems(problems, warnings, file),
    `board.config.json has 1 problem

board.config.json:2:15  syntax
    found    "," before "}"
    allowed  no comma after the last entry
    1 | {
    2 |   "version": 1,
      |               ^
`,
  );
});

spec("nothing is said about a file without problems", () => {
  assert.is(formatProblems([], [], file), "");
});

spec("the JSON form says whether the file is accepted, and everything found", () => {
  const { problems = [], warnings } = parseConfig(demoWith(["hardware", "emulate"]));
  assert.equal(JSON.parse(problemsJson(problems, warnings, file)), {
    file,
    ok: false,
    problems: [
      {
        path: "hardware",
        found: '"emulate"',
        allowed: '"emulated" or "linux"',
        suggestion: "emulated",
        line: 7,
      },
    ],
    warnings: [],
  });
  assert.is(problemsJson([], [], file), '{"file":"board.config.json","ok":true,"problems":[],"warnings":[]}');
});
