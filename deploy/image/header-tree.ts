/**
 * The device tree of a board for one configuration. Debian's trees are the kernel's own: they have no symbols, so the firmware's
 * `dtparam` and `dtoverlay` do nothing to them. What a configuration uses is therefore written into the tree when the image is made,
 * and what it does not use is turned off, so that its lines are lines.
 */
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import type { HardwarePlan } from "../../firmware/contracts/output-plan.ts";
import { SPI_PINS, type SpiName } from "../../firmware/spi-pins.ts";
import { type BlobNode, cellBytes, cellsOf, nodeAt, type TreeBlob, textBytes } from "./device-tree-blob.ts";
import { ImageError } from "./image-error.ts";

/** Functions of a pin (BCM2835 ARM Peripherals, 2012, table 6-3, as `brcm,function` counts them). */
const FUNCTION = { input: 0, output: 1, alt0: 4, alt4: 3, alt5: 2 } as const;

/** I2C buses of the header: node and pins, always with function alt0 (table 6-31). */
const I2C: Readonly<Record<string, { readonly node: string; readonly pins: readonly [number, number] }>> = {
  "i2c-0": { node: "/soc/i2c@7e205000", pins: [0, 1] },
  "i2c-1": { node: "/soc/i2c@7e804000", pins: [2, 3] },
};
const SPI_NODE: Readonly<Record<SpiName, { readonly node: string; readonly function: number }>> = {
  spi0: { node: "/soc/spi@7e204000", function: FUNCTION.alt0 },
  spi1: { node: "/soc/spi@7e215080", function: FUNCTION.alt4 },
};
const PWM_NODE = "/soc/pwm@7e20c000";
const PWM_FUNCTION: Readonly<Record<number, number>> = {
  12: FUNCTION.alt0,
  13: FUNCTION.alt0,
  18: FUNCTION.alt5,
  19: FUNCTION.alt5,
};
const GPIO_NODE = "/soc/gpio@7e200000";
/** A chip that the kernel's spidev takes for itself (drivers/spi/spidev.c refuses the bare name "spidev"). */
const SPIDEV = "rohm,dh2228fv";
/** Lines of the header; those above are the board's own. */
const HEADER_LINES = 28;

/**
 * Changes the tree in place. Throws `ImageError` ("noBus") for a bus or a PWM line that this image cannot provide.
 */
export function fitTree({ root }: TreeBlob, { buses, outputs, inputs }: HardwarePlan): void {
  const tree = new HeaderTree(root);
  const lines = [...outputs.filter(({ kind }) => kind === "line"), ...inputs].map(({ line }) => line);
  tree.turnOffI2c();
  const pwm = outputs.filter(({ kind }) => kind === "pwm").map(({ line }) => line);
  if (pwm.length > 0) tree.pwm(pwm);
  for (const bus of buses) {
    if (bus.spi !== undefined) tree.spi(bus);
    else if (bus.w1 !== undefined) tree.oneWire(bus.w1.line);
    else tree.i2c(bus);
  }
  tree.free(lines.flatMap((line) => gpioNumber(line) ?? []));
}

/** The number of a line of the header, `GPIO17`; undefined: it is an expander's. */
export function gpioNumber(line: string): number | undefined {
  const [, digits] = /^GPIO(\d+)$/.exec(line) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

class HeaderTree {
  readonly #root: BlobNode;
  #lastHandle: number;

  constructor(root: BlobNode) {
    this.#root = root;
    this.#lastHandle = Math.max(...all(root).flatMap((node) => cellsOf(node, "phandle")));
  }

  turnOffI2c(): void {
    for (const { node } of Object.values(I2C)) disable(this.#need(node));
  }

  i2c({ bus, hz }: BusPlan): void {
    const place = I2C[bus];
    if (place === undefined) throw notProvided(bus);
    const node = this.#need(place.node);
    enable(node);
    node.properties.set("clock-frequency", cellBytes(hz));
    this.#wire(node, [this.#setting(bus, place.pins, FUNCTION.alt0)]);
    this.#alias(bus.replace("-", ""), place.node);
  }

  spi({ bus, hz, spi = [] }: BusPlan): void {
    const pins = SPI_PINS[bus as SpiName];
    if (pins === undefined) throw notProvided(bus);
    const place = SPI_NODE[bus as SpiName];
    const node = this.#need(place.node);
    const data = [pins.miso, pins.mosi, pins.sclk].map((line) => gpioNumber(line)!);
    const selects = pins.selects.slice(0, Math.max(0, ...spi.map(({ select }) => select)) + 1);
    const places = selects.map((line) => gpioNumber(line)!);
    enable(node);
    this.#wire(node, [
      this.#setting(bus, data, place.function),
      this.#setting(`${bus}-select`, places, FUNCTION.output),
    ]);
    const gpio = this.#handle(this.#need(GPIO_NODE));
    node.properties.set("cs-gpios", cellBytes(...places.flatMap((pin) => [gpio, pin, 1])));
    for (const { select, hz: chipHz } of spi) {
      node.children.push({
        name: `spidev@${select}`,
        properties: new Map([
          ["compatible", textBytes(SPIDEV)],
          ["reg", cellBytes(select)],
          ["spi-max-frequency", cellBytes(Math.min(hz, chipHz))],
        ]),
        children: [],
      });
    }
    this.#alias(bus, place.node);
  }

  oneWire(line: string): void {
    const pin = gpioNumber(line);
    if (pin === undefined) throw notProvided(`1-wire at ${line}`);
    const node: BlobNode = { name: "onewire", properties: new Map(), children: [] };
    node.properties.set("compatible", textBytes("w1-gpio"));
    node.properties.set("gpios", cellBytes(this.#handle(this.#need(GPIO_NODE)), pin, 0));
    this.#wire(node, [this.#setting("w1", [pin], FUNCTION.input)]);
    enable(node);
    this.#root.children.push(node);
  }

  pwm(lines: readonly string[]): void {
    const pins = lines.map((line) => gpioNumber(line) ?? Number.NaN);
    const settings = pins.map((pin, index) => {
      const pinFunction = PWM_FUNCTION[pin];
      if (pinFunction === undefined) throw notProvided(`PWM at ${lines[index]}`);
      return this.#setting(`pwm-${pin}`, [pin], pinFunction);
    });
    const node = this.#need(PWM_NODE);
    enable(node);
    this.#wire(node, settings);
  }

  /** Whoever has one of these pins for something else, the serial console mostly, loses it and is turned off. */
  free(pins: readonly number[]): void {
    const wanted = new Set(pins.filter((pin) => pin < HEADER_LINES));
    const settings = this.#need(GPIO_NODE).children.filter((setting) =>
      cellsOf(setting, "brcm,pins").some((pin) => wanted.has(pin)),
    );
    const handles = new Set(settings.flatMap((setting) => cellsOf(setting, "phandle")));
    for (const node of all(this.#root)) {
      if (node.name.startsWith("gpio@")) continue; // its own settings are defaults, not a use
      if (cellsOf(node, "pinctrl-0").some((handle) => handles.has(handle))) disable(node);
    }
  }

  #wire(node: BlobNode, settings: readonly number[]): void {
    node.properties.set("pinctrl-names", textBytes("default"));
    node.properties.set("pinctrl-0", cellBytes(...settings));
  }

  /** A group of pins with a function: its handle. */
  #setting(name: string, pins: readonly number[], pinFunction: number): number {
    const setting: BlobNode = { name: `holdfast-${name}`, properties: new Map(), children: [] };
    setting.properties.set("brcm,pins", cellBytes(...pins));
    setting.properties.set("brcm,function", cellBytes(pinFunction));
    this.#need(GPIO_NODE).children.push(setting);
    return this.#handle(setting);
  }

  #handle(node: BlobNode): number {
    const [known] = cellsOf(node, "phandle");
    if (known !== undefined) return known;
    node.properties.set("phandle", cellBytes(++this.#lastHandle));
    return this.#lastHandle;
  }

  #alias(name: string, path: string): void {
    let aliases = nodeAt(this.#root, "aliases");
    if (aliases === undefined) {
      aliases = { name: "aliases", properties: new Map(), children: [] };
      this.#root.children.push(aliases);
    }
    aliases.properties.set(name, textBytes(path));
  }

  #need(path: string): BlobNode {
    const node = nodeAt(this.#root, path);
    if (node === undefined) throw new RangeError(`the device tree has no ${path}: this is no Pi 2 to 4`);
    return node;
  }
}

function notProvided(what: string): ImageError {
  return new ImageError(
    "noBus",
    `${what}: Holdfast OS provides i2c-0 (GPIO0, GPIO1), i2c-1 (GPIO2, GPIO3), spi0, spi1, 1-wire and PWM at GPIO12, 13, 18 and 19; ` +
      "take the bus out of the configuration, or run the board on Raspberry Pi OS, whose overlays know more",
  );
}

function enable(node: BlobNode): void {
  node.properties.set("status", textBytes("okay"));
}

function disable(node: BlobNode): void {
  node.properties.set("status", textBytes("disabled"));
}

function all(node: BlobNode): BlobNode[] {
  return [node, ...node.children.flatMap(all)];
}
