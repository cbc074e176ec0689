/** A PWM fan as a device: its level, and the end of the start kick in time. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { PwmFan } from "../drivers/pwm-fan.ts";
import type { DeviceTask } from "../handler/task.ts";

export function fanTask(hardware: Hardware, line: string, nowUs: () => number): DeviceTask {
  const fan = new PwmFan(hardware.output(line));
  let settleAtUs = Number.POSITIVE_INFINITY;
  return {
    *start() {
      fan.readLevel();
    },
    *sample(self) {
      if (self.nowUs() >= settleAtUs) {
        settleAtUs = Number.POSITIVE_INFINITY;
        fan.settle();
      }
      return [{ reading: "level", value: fan.readLevel() }];
    },
    drive(level) {
      const kickUs = fan.setLevel(level);
      if (kickUs > 0) settleAtUs = nowUs() + kickUs;
      else if (level === 0) settleAtUs = Number.POSITIVE_INFINITY;
      return level;
    },
    renew: () => fan.renew(),
    dueUs: () => settleAtUs,
  };
}
