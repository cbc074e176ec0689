import type { LineName } from "./header-map.ts";

/** Lines of an SPI bus on the header (BCM2835 ARM Peripherals, table 6-31; the same on a Pi 5). */
export interface SpiPins {
  readonly miso: LineName;
  readonly mosi: LineName;
  readonly sclk: LineName;
  /** CE0 first. */
  readonly selects: readonly LineName[];
  /** What turns it on, for /boot/firmware/config.txt. */
  readonly overlay: string;
}

/** The buses of the header, by name. */
export const SPI_PINS = {
  spi0: {
    miso: "GPIO9",
    mosi: "GPIO10",
    sclk: "GPIO11",
    selects: ["GPIO8", "GPIO7"],
    overlay: "dtparam=spi=on",
  },
  spi1: {
    miso: "GPIO19",
    mosi: "GPIO20",
    sclk: "GPIO21",
    selects: ["GPIO18", "GPIO17", "GPIO16"],
    overlay: "dtoverlay=spi1-3cs",
  },
} as const satisfies Readonly<Record<string, SpiPins>>;

export type SpiName = keyof typeof SPI_PINS;

/** Every SPI bus of the header. */
export const SPI_NAMES = Object.keys(SPI_PINS) as [SpiName, ...SpiName[]];

/** What the header says about an SPI bus; undefined when it has none of this name. */
export function spiPins(name: string): SpiPins | undefined {
  return Object.hasOwn(SPI_PINS, name) ? SPI_PINS[name as SpiName] : undefined;
}
