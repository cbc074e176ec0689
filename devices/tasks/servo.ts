/** A hobby servo as a device: its angle, and the end of its pulses when it has come to rest. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Servo, type ServoOptions, ServoScale } from "../drivers/servo.ts";
import type { OutputScale } from "../handler/output-scale.ts";
import type { DeviceTask } from "../handler/task.ts";

export function servoTask(
  hardware: Hardware,
  line: string,
  options: ServoOptions,
  nowUs: () => number,
): DeviceTask {
  const servo = new Servo(hardware.output(line), options);
  const scale = new ServoScale(options);
  let settleAtUs = Number.POSITIVE_INFINITY;
  /** Where the horn was left when the pulses ended by themselves. */
  let restsAtDeg: number | undefined;
  return {
    scale: servoCommands(scale, () => restsAtDeg),
    *start() {
      servo.readAngleDeg();
    },
    *sample(self) {
      if (self.nowUs() >= settleAtUs) {
        settleAtUs = Number.POSITIVE_INFINITY;
        restsAtDeg = servo.readAngleDeg();
        servo.settle();
      }
      const angleDeg = servo.readAngleDeg();
      return [
        { reading: "angle", value: angleDeg ?? restsAtDeg },
        { reading: "on", value: angleDeg !== undefined },
      ];
    },
    drive(level) {
      restsAtDeg = undefined;
      const angleDeg = scale.angleDeg(level);
      if (angleDeg === undefined) servo.off();
      const movesUs = angleDeg === undefined ? Number.POSITIVE_INFINITY : servo.turnTo(angleDeg);
      settleAtUs = nowUs() + movesUs;
      return level;
    },
    renew: () => servo.renew(),
    dueUs: () => settleAtUs,
  };
}

/** `{"angle":90}` turns, `{"on":false}` ends the pulses; `rests`: where a horn stands that has none any more. */
export function servoCommands(
  scale: ServoScale,
  rests: () => number | undefined = () => undefined,
): OutputScale {
  return {
    level: ({ angle, on }) => {
      if (on === false) return 0;
      return typeof angle === "number" ? scale.duty(angle) : undefined;
    },
    values: (level) => {
      const angle = scale.angleDeg(level);
      return angle === undefined ? { on: false } : { angle };
    },
    found: (measured) => {
      const of = (name: string) => measured.find(({ reading }) => reading === name)?.value;
      const angle = of("on") === false ? rests() : of("angle");
      if (typeof angle === "number") return scale.duty(angle);
      return of("on") === false ? 0 : undefined;
    },
  };
}
