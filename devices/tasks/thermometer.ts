/** DS18B20 as a device: temperature; what its wire or its supply makes doubtful is suspect. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Ds18b20, type Ds18b20Bits, LONGEST_DELAY_MS } from "../drivers/ds18b20.ts";
import type { DeviceTask } from "../handler/task.ts";

/** How often a conversion that others delay is asked for, ms. */
const ASK_EVERY_MS = 50;

export function thermometerTask(
  hardware: Hardware,
  bus: string,
  place: number,
  bits: Ds18b20Bits,
): DeviceTask {
  const sensor = new Ds18b20(hardware.w1(bus, place), bits);
  return {
    // Range of the part; what a stainless steel probe in air or water does.
    rules: { temperature: { min: -55, max: 125, maxPerSecond: 10, jitter: 1 } },
    *start() {
      sensor.start();
    },
    *sample(self) {
      yield* self.sleep(sensor.startConversion() / 1000);
      for (let delayMs = 0; ; delayMs += ASK_EVERY_MS) {
        try {
          const { temperatureC, doubt } = sensor.read();
          const suspect = doubt === undefined ? {} : { suspect: true as const };
          return [{ reading: "temperature", value: temperatureC, ...suspect }];
        } catch (error) {
          if (!isNotReady(error) || delayMs >= LONGEST_DELAY_MS) throw error;
        }
        yield* self.sleep(ASK_EVERY_MS);
      }
    },
  };
}

function isNotReady(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "not_ready";
}
