/** Makes room in the root file system of an image: vendors leave next to none, since the first boot grows it to the card. */
import { statSync, truncateSync } from "node:fs";
import { Ext4Part } from "./ext4-part.ts";
import { setRootBytes, type VendorPartitions } from "./partitions.ts";

/** Afterwards at least `bytes` are free. What is in the image stays. */
export function growRoot(image: string, partitions: VendorPartitions, bytes: number): void {
  const part = new Ext4Part(image, partitions.root);
  const lacking = bytes - part.freeBytes();
  if (lacking <= 0) return;
  const METADATA = 1.1; // bitmaps and inodes of what is added
  truncateSync(image, statSync(image).size + Math.ceil((lacking * METADATA) / (1 << 20) + 1) * (1 << 20));
  setRootBytes(image, partitions, part.grow());
}
