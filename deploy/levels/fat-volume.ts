/**
 * Files in the root folder of a FAT32 partition, read without mounting it (Microsoft FAT32 File System Specification 1.03, 2000): where
 * a file lies is what this is for. Nothing here changes an entry or a chain.
 *
 * Not implemented: FAT12, FAT16, folders below the root, writing but in place.
 */
import { readSync } from "node:fs";

const ENTRY_BYTES = 32;
/** First byte of a name: the folder ends here, the entry is free. */
const NAME_BYTE = { end: 0x00, free: 0xe5 } as const;
const ATTRIBUTE = { longName: 0x0f, folder: 0x10, label: 0x08 } as const;
/** Characters of a long name in an entry: position and count, two bytes each (page 28). */
const LONG_NAME = [
  [1, 5],
  [14, 6],
  [28, 2],
] as const;
const FIRST_CLUSTER = 2;
/** 28 bits; from here on it is the end of a chain, or no cluster at all (page 18). */
const LAST_CLUSTER = 0x0fff_fff6;
/** A card's boot partition is 64 MB; a file that is larger than that is none of ours. */
const MOST_CLUSTERS = 131_072;

export interface FatFile {
  readonly bytes: number;
  /** Where on the partition its clusters lie, in order. */
  readonly offsets: readonly number[];
}

export class FatVolume {
  readonly #fd: number;
  readonly #clusterBytes: number;
  readonly #table: number;
  readonly #data: number;
  readonly #root: number;

  /** `fd`: of a partition, or of a file that stands for one. Throws RangeError where there is no FAT32 in it. */
  constructor(fd: number) {
    this.#fd = fd;
    const boot = this.#bytes(0, 512);
    const sectorBytes = boot.readUInt16LE(11);
    const fatSectors = boot.readUInt32LE(36);
    if (boot.toString("latin1", 82, 87) !== "FAT32" || sectorBytes === 0 || fatSectors === 0)
      throw new RangeError("this is no FAT32 partition");
    this.#clusterBytes = boot[13]! * sectorBytes;
    this.#table = boot.readUInt16LE(14) * sectorBytes;
    this.#data = this.#table + boot[16]! * fatSectors * sectorBytes;
    this.#root = boot.readUInt32LE(44);
  }

  /** By its name, in whatever case. Throws RangeError where the partition is damaged. */
  find(name: string): FatFile | undefined {
    const entry = this.#entries().find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (entry === undefined) return undefined;
    return { bytes: entry.bytes, offsets: this.#chain(entry.cluster).map((cluster) => this.#at(cluster)) };
  }

  /** What is in it. Throws RangeError where the partition is damaged. */
  read(name: string): Buffer | undefined {
    const file = this.find(name);
    if (file === undefined) return undefined;
    return Buffer.concat(file.offsets.map((at) => this.#bytes(at, this.#clusterBytes))).subarray(
      0,
      file.bytes,
    );
  }

  #entries(): { name: string; cluster: number; bytes: number }[] {
    const entries: { name: string; cluster: number; bytes: number }[] = [];
    let long = "";
    for (const cluster of this.#chain(this.#root)) {
      const bytes = this.#bytes(this.#at(cluster), this.#clusterBytes);
      for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
        const entry = bytes.subarray(at, at + ENTRY_BYTES);
        const attribute = entry[11]!;
        if (entry[0] === NAME_BYTE.end) return entries;
        if (entry[0] === NAME_BYTE.free) long = "";
        else if (attribute === ATTRIBUTE.longName)
          long = longPart(entry) + long; // the last part comes first
        else {
          if ((attribute & (ATTRIBUTE.folder | ATTRIBUTE.label)) === 0)
            entries.push({
              name: long === "" ? shortName(entry) : long,
              cluster: (entry.readUInt16LE(20) << 16) | entry.readUInt16LE(26),
              bytes: entry.readUInt32LE(28),
            });
          long = "";
        }
      }
    }
    return entries;
  }

  #chain(first: number): number[] {
    const chain: number[] = [];
    for (let cluster = first; cluster >= FIRST_CLUSTER && cluster <= LAST_CLUSTER; ) {
      chain.push(cluster);
      if (chain.length > MOST_CLUSTERS) throw new RangeError("a chain of its FAT has no end: it is damaged");
      cluster = this.#bytes(this.#table + 4 * cluster, 4).readUInt32LE(0) & 0x0fff_ffff;
    }
    return chain;
  }

  #at(cluster: number): number {
    return this.#data + (cluster - FIRST_CLUSTER) * this.#clusterBytes;
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#fd, bytes, 0, length, at) !== length)
      throw new RangeError("the partition ends before what it says that it holds");
    return bytes;
  }
}

function longPart(entry: Buffer): string {
  const text = LONG_NAME.map(([at, count]) => entry.toString("utf16le", at, at + 2 * count)).join("");
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

function shortName(entry: Buffer): string {
  const [name, extension] = [entry.toString("latin1", 0, 8), entry.toString("latin1", 8, 11)].map((part) =>
    part.trimEnd(),
  );
  return extension === "" ? name! : `${name}.${extension}`;
}
