/** How long a transfer keeps its bus, from the bits on the wire (NXP UM10204 rev. 7.0, 2021). */

/** Around the bytes of an SPI transfer: chip select falls, and rises again, a clock each. */
const SELECT_BITS = 2;

/** Time of an SPI transfer on the wire, us, rounded up: bytes go both ways at once, without acknowledge. */
export function spiTransferUs(
  { write, read }: { readonly write: number; readonly read: number },
  hz: number,
): number {
  return Math.ceil(((Math.max(write, read) * 8 + SELECT_BITS) * 1e6) / hz);
}

/** Bits that a byte takes: eight and the acknowledge (3.1.5, 3.1.6). */
const BITS_A_BYTE = 9;

/**
 * Longest time on the wire, us, rounded up, for bytes written and then read at a clock of `hz`. Each direction has a
 * start (the second one repeated, 3.1.4) and an address byte; at the end are a stop and the bus free time, which at
 * every speed is about half a bit (table 10, tBUF). A chip that stretches the clock takes longer: that is declared apart.
 */
export function transferUs(
  { write, read }: { readonly write: number; readonly read: number },
  hz: number,
): number {
  const directions = Math.sign(write) + Math.sign(read);
  const bits = (write + read + directions) * BITS_A_BYTE + directions + 2;
  return Math.ceil((bits * 1e6) / hz);
}

/** Time on the wire of an address that nobody acknowledges, us: start, address, stop. */
export function addressUs(hz: number): number {
  return Math.ceil(((BITS_A_BYTE + 3) * 1e6) / hz);
}

/**
 * What a machine may take from the end of a transfer to the guardian hearing of it, us: a pool thread, the kernel, the
 * guardian's loop. Shared machines stall for 5 to 60 ms by themselves, and an answer that is given up is a false alarm. Where a machine
 * is known to stall longer, the bus's plan says otherwise.
 */
const HEARD_US = 100_000;

/** After which time a transfer of so many bytes counts as one that hangs, us: its time on the wire, stretching included. */
export function transferLimitUs(
  size: { readonly write: number; readonly read: number },
  hz: number,
  stretchUs: number,
  heardUs = HEARD_US,
): number {
  return transferUs(size, hz) + stretchUs + heardUs;
}
