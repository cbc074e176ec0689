/** The disks of this machine as lsblk(8) tells of them, and which of them a card image may be written to. */

export interface Disk {
  /** `/dev/sda` */
  readonly path: string;
  /** `sda` */
  readonly name: string;
  readonly bytes: number;
  /** Maker and model as the disk tells them; empty when it does not. */
  readonly model: string;
  /** `usb`, `mmc`, `nvme`; empty when unknown. */
  readonly transport: string;
  readonly removable: boolean;
  readonly writeProtected: boolean;
  /** Where it, or anything on it, is mounted: partitions, and volumes that were unlocked or put together from them. */
  readonly mounts: readonly string[];
  /** Labels of what is on it, to know it by. */
  readonly labels: readonly string[];
}

/** Columns that `readDisks` needs. */
export const LSBLK_COLUMNS = "NAME,PATH,TYPE,SIZE,RM,RO,HOTPLUG,TRAN,VENDOR,MODEL,MOUNTPOINTS,LABEL";

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly size: number | string | null;
  readonly rm: boolean;
  readonly ro: boolean;
  readonly hotplug: boolean;
  readonly tran: string | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly mountpoints: readonly (string | null)[];
  readonly label: string | null;
  readonly children?: readonly Entry[];
}

/**
 * The disks in what `lsblk --json --bytes` printed (util-linux 2.37 or newer has MOUNTPOINTS). A card in a reader of the machine's own
 * (`mmcblk0`) does not call itself removable: `isCard` says whether one is an SD card and not a soldered eMMC.
 * Drives without a medium, of 0 bytes, are left out. Throws SyntaxError for other text.
 */
export function readDisks(lsblk: string, isCard: (name: string) => boolean): Disk[] {
  const { blockdevices } = JSON.parse(lsblk) as { readonly blockdevices?: readonly Entry[] };
  if (!Array.isArray(blockdevices)) throw new SyntaxError("lsblk told of no block devices");
  return (blockdevices as readonly Entry[])
    .filter(({ type, size }) => type === "disk" && Number(size) > 0)
    .map((entry) => {
      const all = [...family(entry)];
      return {
        path: entry.path,
        name: entry.name,
        bytes: Number(entry.size),
        model: [entry.vendor, entry.model]
          .map((text) => text?.trim() ?? "")
          .filter(Boolean)
          .join(" "),
        transport: entry.tran ?? (entry.name.startsWith("mmcblk") ? "mmc" : ""),
        removable: entry.rm || entry.hotplug || isCard(entry.name),
        writeProtected: entry.ro,
        mounts: unique(all.flatMap(({ mountpoints }) => mountpoints)),
        labels: unique(all.map(({ label }) => label)),
      };
    });
}

function* family(entry: Entry): Generator<Entry> {
  yield entry;
  for (const child of entry.children ?? []) yield* family(child);
}

function unique(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null && text !== ""))] as string[];
}

/** Where this machine itself lives: a disk with one of these is never written, whatever it says of itself. */
const SYSTEM = ["/", "/boot", "/boot/efi", "/boot/firmware", "/usr", "/var", "/home", "/nix", "[SWAP]"];

/** Why nothing may be written to a disk; `undefined` when it may. */
export function obstacle(
  disk: Disk,
):
  | { readonly code: "systemDisk" | "mounted" | "notRemovable" | "writeProtected"; readonly why: string }
  | undefined {
  const own = disk.mounts.filter((place) => SYSTEM.includes(place));
  if (own.length > 0) return { code: "systemDisk", why: `this machine runs from it (${own.join(", ")})` };
  if (!disk.removable) return { code: "notRemovable", why: "it is built in, not a card or a USB drive" };
  if (disk.mounts.length > 0) {
    const places = disk.mounts.join(" ");
    return {
      code: "mounted",
      why: `it is mounted at ${disk.mounts.join(", ")}; first: sudo umount ${places}`,
    };
  }
  if (disk.writeProtected)
    return { code: "writeProtected", why: "it is write-protected; cards have a small slider for that" };
  return undefined;
}

/** `29.7 GB`: as it is printed on cards, in powers of ten. */
export function inGb(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
