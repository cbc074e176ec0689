import type { Folder } from "./fixture-files.ts";

/** Pieces of device trees as Raspberry Pi OS shows them, written down by hand: what detection looks at, no more. */

const HEADER_NAMES = ["ID_SDA", "ID_SCL", ...Array.from({ length: 26 }, (_, index) => `GPIO${index + 2}`)];

export interface TreeOptions {
  readonly i2c1?: "okay" | "disabled";
  /** What the node of that bus says of its clock. */
  readonly i2c1Hz?: number;
  readonly spi0?: "okay" | "disabled";
  readonly uart0?: "okay" | "disabled";
  /** Pins that an overlay gave to PWM. */
  readonly pwm?: readonly number[];
  /** The kernel drives that PWM: as chip 3. Default true. */
  readonly pwmDriver?: boolean;
  /** Names below /sys/class/spidev. */
  readonly spidev?: readonly string[];
  /** Pin that an overlay gave to 1-wire; the kernel has a master for it unless `w1Driver` is false. */
  readonly w1?: number;
  readonly w1Driver?: boolean;
  /** Names below /sys/class/i2c-dev. */
  readonly devices?: readonly string[];
}

/** A Pi 2 to 4, Zero 2 W or CM3/4: pins by number, below /soc. */
export function bcmTree(
  model: string,
  compatible: readonly string[],
  {
    i2c1 = "disabled",
    i2c1Hz,
    spi0 = "disabled",
    uart0 = "disabled",
    pwm,
    pwmDriver,
    spidev = [],
    w1,
    w1Driver = true,
    devices = [],
  }: TreeOptions = {},
): Folder {
  const gpio = compatible.includes("brcm,bcm2711") ? "brcm,bcm2711-gpio" : "brcm,bcm2835-gpio";
  return {
    proc: {
      "device-tree": {
        model: `${model}\0`,
        compatible,
        aliases: {
          i2c1: ["/soc/i2c@7e804000"],
          spi0: ["/soc/spi@7e204000"],
          serial0: ["/soc/serial@7e201000"],
        },
        ...(w1 !== undefined && {
          "onewire@0": { compatible: ["w1-gpio"], status: "okay\0", "pinctrl-0": [22] },
        }),
        soc: {
          compatible: ["simple-bus"],
          "gpio@7e200000": {
            compatible: [gpio, "brcm,bcm2835-gpio"],
            "gpio-line-names": HEADER_NAMES,
            "pinctrl-0": [9],
            gpioout: { phandle: [9], "brcm,pins": [6], "brcm,function": [1] },
            i2c1: { phandle: [17], "brcm,pins": [2, 3], "brcm,function": [4] },
            spi0_pins: { phandle: [18], "brcm,pins": [9, 10, 11], "brcm,function": [4] },
            spi0_cs_pins: { phandle: [19], "brcm,pins": [8, 7], "brcm,function": [1] },
            uart0_pins: { phandle: [20], "brcm,pins": [14, 15], "brcm,function": [4] },
            pwm_pins: { phandle: [21], "brcm,pins": pwm ?? [40, 41] },
            w1_pins: { phandle: [22], "brcm,pins": [w1 ?? 4], "brcm,function": [0] },
          },
          "pwm@7e20c000": {
            compatible: ["brcm,bcm2835-pwm"],
            status: pwm === undefined ? "disabled\0" : "okay\0",
            "pinctrl-0": [21],
          },
          "i2c@7e804000": {
            compatible: ["brcm,bcm2711-i2c"],
            status: `${i2c1}\0`,
            "pinctrl-0": [17],
            ...(i2c1Hz !== undefined && { "clock-frequency": [i2c1Hz] }),
          },
          "spi@7e204000": { compatible: ["brcm,bcm2835-spi"], status: `${spi0}\0`, "pinctrl-0": [18, 19] },
          "serial@7e201000": { compatible: ["arm,pl011"], status: `${uart0}\0`, "pinctrl-0": [20] },
        },
      },
    },
    sys: {
      bus: {
        w1: { devices: w1 !== undefined && w1Driver ? { w1_bus_master1: { w1_master_name: "x" } } : {} },
      },
      class: {
        "i2c-dev": Object.fromEntries(devices.map((name) => [name, { name: "x" }])),
        spidev: Object.fromEntries(spidev.map((name) => [name, { dev: "x" }])),
        pwm: pwm === undefined || pwmDriver === false ? {} : pwmClass("/soc/pwm@7e20c000"),
      },
    },
  };
}

/** A Pi 5 or CM5: the header's chip is behind PCIe and names its pins. */
export function rp1Tree(
  model: string,
  compatible: readonly string[],
  { i2c1 = "disabled", i2c1Hz, pwm, devices = [] }: TreeOptions = {},
): Folder {
  return {
    proc: {
      "device-tree": {
        model: `${model}\0`,
        compatible,
        aliases: { i2c1: ["/axi/pcie@120000/rp1/i2c@74000"] },
        soc: { "gpio@7d508500": { compatible: ["brcm,bcm7445-gpio"] } },
        axi: {
          "pcie@120000": {
            compatible: ["brcm,bcm2712-pcie"],
            rp1: {
              compatible: ["simple-bus"],
              "gpio@d0000": {
                compatible: ["raspberrypi,rp1-gpio"],
                "gpio-line-names": HEADER_NAMES,
                rp1_i2c1_2_3: { phandle: [47], function: ["i2c1"], pins: ["gpio2", "gpio3"] },
                pwm_pins: { phandle: [48], "brcm,pins": pwm ?? [] },
              },
              "pwm@98000": {
                compatible: ["raspberrypi,rp1-pwm"],
                status: pwm === undefined ? "disabled\0" : "okay\0",
                "pinctrl-0": [48],
              },
              "i2c@74000": {
                compatible: ["raspberrypi,rp1-i2c"],
                status: `${i2c1}\0`,
                "pinctrl-0": [47],
                ...(i2c1Hz !== undefined && { "clock-frequency": [i2c1Hz] }),
              },
            },
          },
        },
      },
    },
    sys: {
      class: {
        "i2c-dev": Object.fromEntries(devices.map((name) => [name, { name: "x" }])),
        pwm: pwm === undefined ? {} : pwmClass("/axi/pcie@120000/rp1/pwm@98000"),
      },
    },
  };
}

/** Another controller came first, so the header's has number 3. */
function pwmClass(node: string): Folder {
  return {
    pwmchip0: {
      device: { uevent: "DRIVER=raspberrypi-poe-pwm\nOF_NAME=pwm\nOF_FULLNAME=/soc/firmware/pwm\n" },
    },
    pwmchip3: { device: { uevent: `DRIVER=pwm\nOF_NAME=pwm\nOF_FULLNAME=${node}\n` } },
  };
}

export const PI_4 = ["raspberrypi,4-model-b", "brcm,bcm2711"];
export const PI_5 = ["raspberrypi,5-model-b", "brcm,bcm2712"];
