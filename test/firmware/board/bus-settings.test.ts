import { equal } from "uvu/assert";
import { busSettings } from "../../../firmware/board/bus-settings.ts";
import { spec } from "../../harness/spec.ts";

const fan = { kind: "pwm", line: "GPIO18", activeLow: false, safe: "off", onCrash: "safe" } as const;

spec("a plan without buses and PWM has nothing to ask of config.txt", () => {
  equal(busSettings({ buses: [], outputs: [{ ...fan, kind: "line" }] }), []);
});

spec("I2C is turned on with its clock; a bus that has an overlay gets both by that", () => {
  equal(
    busSettings({
      buses: [
        { bus: "i2c-1", hz: 400_000 },
        { bus: "i2c-0", hz: 100_000 },
        { bus: "i2c-4", hz: 50_000 },
      ],
      outputs: [],
    }),
    [
      "dtparam=i2c_arm=on",
      "dtparam=i2c_arm_baudrate=400000",
      "dtparam=i2c_vc=on",
      "dtparam=i2c_vc_baudrate=100000",
      "dtoverlay=i2c4,baudrate=50000",
    ],
  );
});

spec("parameters of the board come before every overlay, which would be asked for them", () => {
  equal(
    busSettings({
      buses: [
        { bus: "w1-4", hz: 16_000, w1: { line: "GPIO4", devices: [] } },
        { bus: "spi1", hz: 1_000_000, spi: [] },
        { bus: "spi0", hz: 1_000_000, spi: [] },
      ],
      outputs: [fan, { ...fan, line: "GPIO13" }],
    }),
    [
      "dtparam=spi=on",
      "dtparam=audio=off",
      "dtoverlay=w1-gpio,gpiopin=4",
      "dtoverlay=spi1-3cs",
      "dtoverlay=pwm-2chan,pin=18,func=2,pin2=13,func2=4",
    ],
  );
});
