/** ADS1115 with a capacitive probe on one channel, as a device: soil moisture. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Ads1115, type Ads1115Channel } from "../drivers/ads1115.ts";
import { SoilProbe } from "../drivers/soil-probe.ts";
import type { DeviceTask } from "../handler/task.ts";

export interface SoilSettings {
  readonly channel: Ads1115Channel;
  readonly dryVolts: number;
  readonly wetVolts: number;
}

export function soilTask(
  hardware: Hardware,
  bus: string,
  address: number,
  settings: SoilSettings,
): DeviceTask {
  const converter = new Ads1115(hardware.i2c(bus, address));
  const probe = new SoilProbe(settings);
  return {
    rules: { moisture: { min: 0, max: 100 } },
    *start() {
      converter.start();
    },
    *sample(self) {
      yield* self.sleep(converter.startMeasurement(settings.channel) / 1000);
      return [{ reading: "moisture", value: probe.read(converter.read().volts).moisturePercent }];
    },
  };
}
