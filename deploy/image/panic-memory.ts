/**
 * Memory that a reset leaves alone, where a kernel that panics writes its last words: `ramoops`, found again at the next boot as
 * /sys/fs/pstore/dmesg-ramoops-0 (Documentation/admin-guide/ramoops.rst). Debian's kernel has it as a module; the place is told by the device
 * tree.
 */
import { type BlobNode, cellBytes, cellsOf, type TreeBlob, textBytes } from "./device-tree-blob.ts";

/**
 * Where, and how much: as the vendor's overlay "ramoops" has it (raspberrypi/linux, arch/arm/boot/dts/overlays/ramoops-overlay.dts), so that
 * every Pi has memory there, and its firmware puts nothing there.
 */
export const PANIC_MEMORY = { address: 0x0b00_0000, bytes: 0x1_0000 } as const;
/** Of a panic the last 16 KB; four of them. */
const RECORD_BYTES = 0x4000;
/** KMSG_DUMP_PANIC: what a kernel that goes on says is in its log (include/linux/kmsg_dump.h). */
const PANIC_ONLY = 1;
/** Bytes that mend what a reset changed, for each 128 (ramoops.rst, "ecc"). */
const ECC_BYTES = 16;

/** Changes the tree in place. */
export function reservePanicMemory(
  { root }: Pick<TreeBlob, "root">,
  { address, bytes }: { readonly address: number; readonly bytes: number } = PANIC_MEMORY,
): void {
  const folder = reservedMemory(root);
  const [addressCells = 1] = cellsOf(folder, "#address-cells");
  const [sizeCells = 1] = cellsOf(folder, "#size-cells");
  folder.children.push({
    name: `ramoops@${address.toString(16)}`,
    properties: new Map([
      ["compatible", textBytes("ramoops")],
      ["reg", cellBytes(...wide(address, addressCells), ...wide(bytes, sizeCells))],
      ["record-size", cellBytes(RECORD_BYTES)],
      ["max-reason", cellBytes(PANIC_ONLY)],
      ["ecc-size", cellBytes(ECC_BYTES)],
    ]),
    children: [],
  });
}

/** The node for it, made where there is none with the root's way of counting (Devicetree Specification 0.4, 3.5). */
function reservedMemory(root: BlobNode): BlobNode {
  const known = root.children.find(({ name }) => name === "reserved-memory");
  if (known !== undefined) return known;
  const counting = ["#address-cells", "#size-cells"].map(
    (name) => [name, cellBytes(cellsOf(root, name)[0] ?? 1)] as const,
  );
  const made: BlobNode = {
    name: "reserved-memory",
    properties: new Map([...counting, ["ranges", Buffer.alloc(0)]]),
    children: [],
  };
  root.children.push(made);
  return made;
}

/** A number below 2^32 in one cell or two. */
function wide(value: number, cells: number): number[] {
  return cells === 1 ? [value] : [...Array<number>(cells - 1).fill(0), value];
}
