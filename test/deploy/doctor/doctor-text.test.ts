import { equal, is, ok } from "uvu/assert";
import { doctorText } from "../../../deploy/cli/doctor-text.ts";
import { diagnose } from "../../../deploy/doctor/diagnose.ts";
import { examine } from "../../../deploy/doctor/examination.ts";
import type { GroupedFinding } from "../../../deploy/doctor/finding.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine } from "./a-machine.ts";

const FINDINGS: readonly GroupedFinding[] = [
  { group: "board", finding: { id: "board.kernel", verdict: "ok", what: "Linux 6.12.25" } },
  {
    group: "lines",
    finding: { id: "lines.chip", verdict: "ok", what: "pinctrl-rp1: 54 lines", where: "/dev/gpiochip0" },
  },
  {
    group: "lines",
    finding: {
      id: "lines.busy",
      verdict: "problem",
      what: 'heater: GPIO17 (pin 11) is in use by "gpioset"',
      where: "/dev/gpiochip0",
      remedy: "end what has it, or give heater another line",
    },
  },
];

spec("groups, marks, places to the right, what helps below, and a count", () => {
  equal(doctorText(FINDINGS, { version: "0.1.0", colour: false, width: 50 }).split("\n"), [
    "holdfast doctor 0.1.0",
    "",
    "board",
    "  ✓ Linux 6.12.25",
    "",
    "lines",
    "  ✓ pinctrl-rp1: 54 lines           /dev/gpiochip0",
    '  ✗ heater: GPIO17 (pin 11) is in use by "gpioset"',
    "    /dev/gpiochip0",
    "    → end what has it, or give heater another line",
    "",
    "1 problem, no advice, 2 in order",
    "",
  ]);
});

spec("colour changes nothing but the colour, and no line is wider than the terminal", () => {
  const findings = diagnose(
    examine(aMachine({ denied: ["/dev/i2c-1"], clock: { nowMs: 0, synchronised: false } })),
  );
  for (const width of [40, 60, 100, 300]) {
    const plain = doctorText(findings, { version: "0.1.0", colour: false, width });
    const colour = doctorText(findings, { version: "0.1.0", colour: true, width });
    ok(colour.includes("\u001b[31m✗"));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
    is(colour.replaceAll(/\u001b\[\d+m/g, ""), plain);
    const wide = plain.split("\n").filter((line) => line.length > Math.min(width, 100));
    equal(
      wide.filter((line) => line.trim().includes(" ") && !line.includes("/")),
      [],
    );
  }
});
