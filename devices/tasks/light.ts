/** BH1750 as a device: illuminance. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { BH1750_RANGE, Bh1750 } from "../drivers/bh1750.ts";
import type { DeviceTask } from "../handler/task.ts";

export function lightTask(hardware: Hardware, bus: string, address: number): DeviceTask {
  const sensor = new Bh1750(hardware.i2c(bus, address));
  return {
    rules: { illuminance: BH1750_RANGE.illuminanceLx },
    *start() {
      sensor.start();
    },
    *sample(self) {
      yield* self.sleep(sensor.startMeasurement() / 1000);
      return [{ reading: "illuminance", value: sensor.read().illuminanceLx }];
    },
  };
}
