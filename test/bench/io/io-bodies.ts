/** First processes of the cells of the benchmarks of lines and buses: each measures one way, and says what it found. */

import { type DeviceResources, deviceResources } from "../../../devices/handler/cells.ts";
import { GuardianClient } from "../../../firmware/client/guardian-client.ts";
import type { GuardianLink } from "../../../firmware/contracts/guardian-link.ts";
import { I2cError } from "../../../firmware/contracts/i2c.ts";
import type { Edge } from "../../../firmware/contracts/line.ts";
import type { CellEnvironment } from "../../../runtime/cell/thread-start.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { DESK } from "../time/fence-bodies.ts";

/** Transfers that nobody waits for longer than this, ms. */
const LIMIT_MS = 1000;

/** `setup` of all of them: hardware as a device has it, edges handed over at each wake. */
export function heldHardware({ clock, bell, prepared, progress }: CellEnvironment): DeviceResources {
  const link = prepared as GuardianLink;
  const options = { clock, bell, bellIndex: 0, sign: progress, limitMs: LIMIT_MS };
  return deviceResources(new GuardianClient(link, options));
}

/** Writes the line `count` times, some ms apart, and says how long each took, us. */
export function* writes(self: Self, line: string, count: number): ProcessGenerator {
  const output = (self.resources as DeviceResources).hardware.output(line);
  output.write(0);
  say(self, "ready");
  const times: number[] = [];
  while (times.length < count) {
    yield* self.sleep(1 + Math.random() * 3);
    const startUs = self.nowUs();
    output.write(times.length % 2 === 0 ? 1 : 0);
    times.push(self.nowUs() - startUs);
  }
  say(self, times);
}

/** Hears `count` edges and says how old each was when it came, us. */
export function* hears(
  self: Self<{ type: "edge"; edge: Edge }>,
  line: string,
  count: number,
): ProcessGenerator {
  const { hardware, watchEdges } = self.resources as DeviceResources;
  hardware.input(line).read();
  watchEdges(line, self.pid);
  say(self, "ready");
  const ages: number[] = [];
  while (ages.length < count) {
    const { edge } = yield* self.receive("edge");
    ages.push(self.nowUs() - edge.atUs);
  }
  say(self, ages);
}

/** Sends pictures of `bytes` to a display for ever, each in transfers as long as a transfer may be. */
export function* shows(self: Self, bus: string, address: number, bytes: number): ProcessGenerator {
  const { hardware } = self.resources as DeviceResources;
  const display = hardware.i2c(bus, address);
  const part = Array.from({ length: 256 }, () => 0);
  say(self, "ready");
  for (;;) {
    for (let sent = 0; sent < bytes; sent += part.length) display.write(part);
    yield* self.yield();
  }
}

/**
 * Reads a sensor `count` times with a deadline of `deadlineMs`, and says how long each took, us; one that is not answered
 * takes that deadline.
 */
export function* senses(
  self: Self,
  bus: string,
  address: number,
  count: number,
  deadlineMs: number,
): ProcessGenerator {
  const { hardware } = self.resources as DeviceResources;
  const sensor = hardware.i2c(bus, address);
  sensor.readRegister16(0);
  say(self, "ready");
  const times: number[] = [];
  while (times.length < count) {
    yield* self.sleep(1 + Math.random() * 12);
    const startUs = self.nowUs();
    hardware.endBy(startUs + deadlineMs * 1000);
    try {
      sensor.readRegister16(0);
    } catch (error) {
      if (!(error instanceof I2cError) || error.code !== "timeout") throw error;
    }
    hardware.endBy(Number.POSITIVE_INFINITY);
    times.push(self.nowUs() - startUs);
  }
  say(self, times);
}

function say(self: Pick<Self, "send">, value: unknown): void {
  self.send(DESK, { type: "said", value });
}
