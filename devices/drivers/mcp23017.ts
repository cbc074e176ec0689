/**
 * MCP23017 16-bit I/O expander as a place for outputs (Microchip DS20001952C, 2016). Only data: the guardian drives its
 * pins, so that they are safe without any driver.
 *
 * Not implemented: inputs and their interrupts (3.5.3 to 3.5.9), IOCON.BANK = 1 (a chip that was left so answers for the
 * wrong port; only its reset or power ends that).
 */

/** Registers of port A, BANK = 0; port B has the one after each (Table 3-1). */
export const MCP23017_REGISTERS = { direction: 0x00, latch: 0x14, port: 0x12 } as const;

/** 7-bit addresses by A2, A1 and A0 (Figure 3-1). */
export const MCP23017_ADDRESSES = [0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27] as const;

/** Pins by their bits in the registers (Table 1-1): port A, then port B. */
export const MCP23017_PINS = ["A", "B"].flatMap((port) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => `GP${port}${bit}`),
);
