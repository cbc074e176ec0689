/** BME280 as a device: temperature, humidity and pressure (hPa) from one forced measurement a job. */

import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Bme280 } from "../drivers/bme280.ts";
import type { DeviceTask } from "../handler/task.ts";

export function climateTask(hardware: Hardware, bus: string, address: number): DeviceTask {
  const sensor = new Bme280(hardware.i2c(bus, address));
  return {
    rules: {
      // Operating range; air in a building changes by less than a degree a second, a draught by a few.
      temperature: { min: -40, max: 85, maxPerSecond: 5, jitter: 2 },
      humidity: { min: 0, max: 100, maxPerSecond: 20, jitter: 5 },
      pressure: { min: 300, max: 1100, maxPerSecond: 10, jitter: 2 },
    },
    *start(self) {
      yield* self.sleep(sensor.reset() / 1000);
      sensor.start();
    },
    *sample(self) {
      yield* self.sleep(sensor.startMeasurement() / 1000);
      const { temperatureC, humidityPercent, pressurePa } = sensor.read();
      return [
        { reading: "temperature", value: temperatureC },
        { reading: "humidity", value: humidityPercent },
        { reading: "pressure", value: pressurePa === undefined ? undefined : pressurePa / 100 },
      ];
    },
  };
}
