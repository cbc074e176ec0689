/** Refusals as people read them, and whether what they propose is true. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { formatProblems } from "../../../deploy/config/format-problems.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import type { Problem } from "../../../deploy/config/problem.ts";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

function problemsOf(...changes: readonly Change[]): readonly Problem[] {
  return parseConfig(demoWith(...changes)).problems ?? [];
}

const refusals: readonly {
  name: string;
  changes: readonly Change[];
  problems: readonly Omit<Problem, "line">[];
}[] = [
  {
    name: "a deadline before the job can be done",
    changes: [["devices.led.deadline", "5ms"]],
    problems: [
      {
        path: "devices.led.deadline",
        found: '"5ms": cell led may be asked for 8.7ms of work within 5ms (led)',
        allowed: 'what fits: "deadline" of led at least 8.8ms',
        suggestion: "8.8ms",
      },
    ],
  },
  {
    name: "a conversion that takes longer than the period",
    changes: [
      ["devices.light.every", "150ms"],
      ["devices.light.deadline", "150ms"],
    ],
    problems: [
      {
        path: "devices.light.every",
        found:
          '"150ms": a job of light may take 180ms in cell light, waits of its chip included, and has 150ms',
        allowed: 'what fits: "every" and "deadline" of light at least 200ms',
        suggestion: "200ms",
      },
    ],
  },
  {
    name: "a bus that is too slow for two chips",
    changes: [
      ["buses.i2c-1.speed", "10kHz"],
      ["devices.climate.every", "100ms"],
      ["devices.climate.deadline", undefined],
      ["devices.climate.modes", undefined],
      ["devices.soil.every", "100ms"],
      ["devices.soil.deadline", undefined],
    ],
    problems: [
      {
        path: "buses.i2c-1.speed",
        found:
          '"10kHz": cell climate may be asked for 108.2ms of work within 100ms (climate, the waits of its chip apart)',
        allowed: 'what fits: "speed" of i2c-1 100kHz, or "every" of climate at least 190ms',
        suggestion: "100kHz",
      },
      {
        path: "buses.i2c-1.speed",
        found:
          '"10kHz": cell soil may be asked for 99ms of work within 91.2ms (soil, the waits of its chip apart)',
        allowed: 'what fits: "speed" of i2c-1 100kHz, or "every" of soil at least 270ms',
        suggestion: "100kHz",
      },
    ],
  },
  {
    name: "more work than one core has time for",
    changes: [
      ["admission", { cores: 1 }],
      ["devices.led.every", "50ms"],
      ["devices.led.deadline", undefined],
      ["devices.led.budget", "20ms"],
      ["devices.fan.every", "50ms"],
      ["devices.fan.deadline", undefined],
      ["devices.fan.budget", "20ms"],
    ],
    problems: [
      {
        path: "admission.cores",
        found: "1: all threads ask for 102.6% of a core, and each of 1 may be used to 80.0%: no room for led",
        allowed:
          'what fits: "cores" at least 2, on a machine that has them, or "every" of fan at least 120ms, or "every" of led at least 120ms',
      },
    ],
  },
];

for (const { name, changes, problems } of refusals) {
  spec(`${name} is refused with demand, supply and what fits`, () => {
    assert.equal(
      problemsOf(...changes).map(({ line: _, ...rest }) => rest),
      problems,
    );
  });
}

spec("the example of the README is printed as there", () => {
  const { problems = [], warnings } = parseConfig(
    demoWith(
      ["buses.i2c-1.speed", "100kHz"],
      ["devices.climate.every", "50ms"],
      ["devices.climate.deadline", "35ms"],
      ["devices.climate.modes", undefined],
    ),
  );
  const text = formatProblems(problems, warnings, "board.config.json");
  assert.match(text, /may take 41\.5ms/);
  const readme = readFileSync(
    fileURLToPath(new URL("../../../../deploy/README.md", import.meta.url)),
    "utf8",
  );
  assert.ok(readme.includes(`\`\`\`\n${text}\`\`\``), text);
});

spec("a best-effort job that does not fit is a warning", () => {
  const { problems, warnings } = parseConfig(
    demoWith(["devices.led.criticality", "best-effort"], ["devices.led.budget", "100ms"]),
  );
  assert.is(problems, undefined);
  assert.equal(
    warnings.map(({ line: _, ...rest }) => rest),
    [
      {
        path: "devices.led.criticality",
        message:
          "best-effort: not always in time, cell led may be asked for 107.7ms of work within 100ms (led)",
      },
    ],
  );
});

spec("a board with another mistake is not tested for time: its numbers mean nothing yet", () => {
  const problems = problemsOf(["devices.led.deadline", "5ms"], ["devices.led.line", "GPIO17"]);
  assert.equal(
    problems.map(({ path }) => path),
    ["devices.led.line"],
  );
});

spec(
  "the value that is named nearest does fit, if it is the only thing that does not",
  () => {
    let refused = 0;
    const device = fc.constantFrom("climate", "soil", "light", "led", "fan");
    const ms = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(
        device,
        ms,
        ms,
        fc.constantFrom("10kHz", "100kHz", "400kHz"),
        (id, everyMs, deadlineMs, speed) => {
          const changes: Change[] = [
            [`devices.${id}.every`, `${everyMs}ms`],
            [`devices.${id}.deadline`, `${Math.min(everyMs, deadlineMs)}ms`],
            [`devices.${id}.hardDeadline`, undefined],
            [`devices.${id}.modes`, undefined],
            ["buses.i2c-1.speed", speed],
          ];
          const [problem, ...more] = problemsOf(...changes);
          if (problem?.suggestion === undefined || more.length > 0) return;
          refused++;
          const both = problem.allowed.includes('"every" and "deadline"');
          const mended: Change[] = [
            ...changes,
            [problem.path, problem.suggestion],
            ...(both ? [[`devices.${id}.deadline`, problem.suggestion] as Change] : []),
          ];
          assert.equal(problemsOf(...mended), [], problem.allowed);
        },
      ),
      { seed: 5, ...propertyRuns(150) },
    );
    assert.ok(refused > 20, `${refused} refused`);
  },
  propertyLimitMs(60_000),
);
