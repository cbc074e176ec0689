/**
 * The 40-pin header of a Raspberry Pi (B+ and later). A pin is a place on the header; a line is what the
 * chip calls it. Power-up pulls: BCM2835 ARM Peripherals (2012), 6.2, table 6-31, column "Pull".
 */
export interface HeaderLine {
  /** `GPIO17`. */
  readonly line: string;
  readonly gpio: number;
  /** Physical pin, 1..40. */
  readonly pin: number;
  /** Pull at power-up, before any firmware reads its configuration. */
  readonly powerUpPull: "up" | "down";
  /** Hardware PWM channel the line can carry. */
  readonly pwm?: 0 | 1;
  /** The usual other use of the line. */
  readonly alt?: string;
}

/** Physical pin by GPIO number. */
const PINS = [
  ...[27, 28, 3, 5, 7, 29, 31, 26, 24, 21, 19, 23, 32, 33],
  ...[8, 10, 36, 11, 12, 35, 38, 40, 15, 16, 18, 22, 37, 13],
];

const PWM: Readonly<Record<number, 0 | 1>> = { 12: 0, 13: 1, 18: 0, 19: 1 };

const ALT: Readonly<Record<number, string>> = {
  ...{ 0: "EEPROM SDA", 1: "EEPROM SCL", 2: "I2C1 SDA", 3: "I2C1 SCL", 4: "1-wire", 7: "SPI0 CE1" },
  ...{ 8: "SPI0 CE0", 9: "SPI0 MISO", 10: "SPI0 MOSI", 11: "SPI0 SCLK", 14: "UART TXD", 15: "UART RXD" },
};

/** GPIO0..GPIO27 in order. */
export const HEADER: readonly HeaderLine[] = PINS.map((pin, gpio) => {
  const pwm = PWM[gpio];
  const alt = ALT[gpio];
  return {
    line: `GPIO${gpio}`,
    gpio,
    pin,
    powerUpPull: gpio <= 8 ? "up" : "down",
    ...(pwm !== undefined && { pwm }),
    ...(alt !== undefined && { alt }),
  };
});

/** The line called `GPIO17`, `gpio17` or `pin 11`; undefined when the header has no such line. */
export function headerLine(name: string): HeaderLine | undefined {
  const match = /^(gpio|pin)\s*(\d+)$/i.exec(name.trim());
  if (match === null) return undefined;
  const number = Number(match[2]);
  if (match[1]!.toLowerCase() === "gpio") return HEADER[number];
  return HEADER.find(({ pin }) => pin === number);
}
