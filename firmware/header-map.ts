/**
 * The 40-pin header of every Raspberry Pi since the B+, by line name.
 *
 * `pull` is what holds the line from reset until somebody configures it (BCM2835 ARM Peripherals, table
 * 6-31: up on GPIO0-8, down on 9-27). The pull in the chip is about 50 kOhm, so a 10 kOhm resistor
 * outweighs it; GPIO2 and GPIO3 carry 1.8 kOhm to 3V3 on the board, which it does not.
 * `pwm` is the hardware channel (of two, before the Pi 5).
 */
export interface HeaderLine {
  /** Physical pin, 1..40. */
  readonly pin: number;
  readonly pull: "up" | "down";
  /** The pull is a resistor on the board that a 10 kOhm resistor cannot outweigh. */
  readonly strong?: true;
  readonly pwm?: 0 | 1;
}

export const HEADER = {
  GPIO0: { pin: 27, pull: "up" },
  GPIO1: { pin: 28, pull: "up" },
  GPIO2: { pin: 3, pull: "up", strong: true },
  GPIO3: { pin: 5, pull: "up", strong: true },
  GPIO4: { pin: 7, pull: "up" },
  GPIO5: { pin: 29, pull: "up" },
  GPIO6: { pin: 31, pull: "up" },
  GPIO7: { pin: 26, pull: "up" },
  GPIO8: { pin: 24, pull: "up" },
  GPIO9: { pin: 21, pull: "down" },
  GPIO10: { pin: 19, pull: "down" },
  GPIO11: { pin: 23, pull: "down" },
  GPIO12: { pin: 32, pull: "down", pwm: 0 },
  GPIO13: { pin: 33, pull: "down", pwm: 1 },
  GPIO14: { pin: 8, pull: "down" },
  GPIO15: { pin: 10, pull: "down" },
  GPIO16: { pin: 36, pull: "down" },
  GPIO17: { pin: 11, pull: "down" },
  GPIO18: { pin: 12, pull: "down", pwm: 0 },
  GPIO19: { pin: 35, pull: "down", pwm: 1 },
  GPIO20: { pin: 38, pull: "down" },
  GPIO21: { pin: 40, pull: "down" },
  GPIO22: { pin: 15, pull: "down" },
  GPIO23: { pin: 16, pull: "down" },
  GPIO24: { pin: 18, pull: "down" },
  GPIO25: { pin: 22, pull: "down" },
  GPIO26: { pin: 37, pull: "down" },
  GPIO27: { pin: 13, pull: "down" },
} as const satisfies Readonly<Record<string, HeaderLine>>;

export type LineName = keyof typeof HEADER;

/** Every line of the header, GPIO0 first. */
export const LINE_NAMES = Object.keys(HEADER) as LineName[];

/** The name of each line by its pin, `pin 11`: whoever wires counts pins. */
export const PIN_NAMES = LINE_NAMES.map((line) => `pin ${HEADER[line].pin}`);

/** The line at a pin, written `pin 11`; undefined for power, ground and what is no pin. A bare number may be meant either way. */
export function lineOfPin(name: string): LineName | undefined {
  const index = PIN_NAMES.indexOf(name);
  return LINE_NAMES[index];
}

/** What the header says about a line. */
export function headerLine(line: LineName): HeaderLine {
  return HEADER[line];
}
