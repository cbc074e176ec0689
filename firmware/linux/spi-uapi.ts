/** What linux/spi/spidev.h asks for, as bytes. The numbers are the same on arm, arm64 and x64. */
import { addressOf } from "./system-calls.ts";

export const SPI_IOCTL = {
  /** `_IOW('k', 0, struct spi_ioc_transfer[1])`: one transfer, chip select low around it. */
  message: 0x40206b00,
  /** `_IOW('k', 1, u8)`: clock polarity and phase. */
  writeMode: 0x40016b01,
  /** `_IOW('k', 4, u32)`: clock, Hz, where a transfer does not say one. */
  writeMaxHz: 0x40046b04,
} as const;

/** `struct spi_ioc_transfer`. */
export const SPI_TRANSFER_BYTES = 32;

/** Writes a transfer of `length` bytes each way at `hz`; the kernel reads and writes the two buffers where they lie. */
export function encodeSpiTransfer(
  into: Buffer,
  { write, read, length, hz }: { write: Buffer; read: Buffer; length: number; hz: number },
): void {
  into.fill(0);
  into.writeBigUInt64LE(addressOf(write), 0);
  into.writeBigUInt64LE(addressOf(read), 8);
  into.writeUInt32LE(length, 16);
  into.writeUInt32LE(hz, 20);
}
