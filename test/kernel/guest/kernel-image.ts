import { gunzipSync } from "node:zlib";
import { command } from "./command.ts";

/** How a compressed kernel begins, and who unpacks it. */
const PACKERS: readonly { readonly magic: readonly number[]; unpack(packed: Buffer): Buffer }[] = [
  {
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
    unpack: (input) => command("xz", ["-dc", "--single-stream"], { input }),
  },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: (input) => command("zstd", ["-dqc"], { input }) },
  { magic: [0x1f, 0x8b], unpack: (input) => gunzipSync(input) },
];

/**
 * The kernel inside a bzImage, so that QEMU starts it directly: an emulated processor would take 3 s to unpack
 * it. The payload's place is in the boot header (Documentation/x86/boot.rst: setup_sects, payload_offset,
 * payload_length). Its last four bytes are the unpacked size, which no packer knows. Undefined when it is packed
 * in another way: then the image boots as it is.
 */
export function unpackedKernel(image: Buffer): Buffer | undefined {
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const at = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  const payload = image.subarray(at, at + image.readUInt32LE(0x24c) - 4);
  const packer = PACKERS.find(({ magic }) => magic.every((byte, index) => payload[index] === byte));
  return packer?.unpack(payload);
}
