import { equal, is } from "uvu/assert";
import type { EdgeSink, LinuxLines } from "../../../firmware/linux/linux-lines.ts";
import { RoutedLines } from "../../../firmware/linux/routed-lines.ts";
import { spec } from "../../harness/spec.ts";

/** Lines that note what is asked of them. */
function noted(log: string[], name: string, levels: readonly number[], debounces: boolean) {
  let sink: EdgeSink | undefined;
  const lines: LinuxLines = {
    found: levels.map((level) => ({ driven: true, level })),
    debounces,
    attach: (to) => {
      sink = to;
    },
    drive: (line, level) => {
      log.push(`${name} ${line} = ${level}`);
      return level;
    },
    sense: (line) => levels[line]!,
    free: (line) => void log.push(`${name} ${line} freed`),
    listen: (line, on) => void log.push(`${name} ${line} ${on ? "heard" : "not heard"}`),
    close: () => void log.push(`${name} closed`),
  };
  return {
    lines,
    edge: (line: number) => sink!.edge(line, 1, 5),
    lost: (line: number) => sink!.edgesLost(line, 7),
  };
}

spec(
  "each line of a plan is reached through its own interface, edges come back under the plan's numbers",
  () => {
    const log: string[] = [];
    // Outputs 0 and 2 and input 3 are GPIO lines, output 1 is PWM.
    const gpio = noted(log, "gpio", [0, 1, 1], true);
    const pwm = noted(log, "pwm", [0.5], false);
    const lines = new RoutedLines(
      [
        { lines: gpio.lines, numbers: [0, 2, 3] },
        { lines: pwm.lines, numbers: [1] },
      ],
      3,
    );
    equal(
      lines.found.map(({ level }) => level),
      [0, 0.5, 1],
    );
    lines.attach({
      edge: (line, level, atUs) => void log.push(`edge of ${line}: ${level} at ${atUs}`),
      edgesLost: (line, count) => void log.push(`${count} edges of ${line} lost`),
    });
    is(lines.drive(1, 0.25), 0.25);
    is(lines.drive(2, 0), 0);
    is(lines.sense(3), 1);
    lines.free(1);
    lines.listen(3, false);
    is(lines.debounces, true, "PWM has no inputs");
    gpio.edge(2);
    gpio.lost(2);
    lines.close();
    equal(log, [
      "pwm 0 = 0.25",
      "gpio 1 = 0",
      "pwm 0 freed",
      "gpio 2 not heard",
      "edge of 3: 1 at 5",
      "7 edges of 3 lost",
      "gpio closed",
      "pwm closed",
    ]);
  },
);
