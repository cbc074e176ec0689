/**
 * Holdfast OS: a card that boots straight into a board. Made on any Linux without root: `holdfast image` and `holdfast flash` both
 * come here.
 *
 * | partition | what |
 * | --- | --- |
 * | 1, FAT32 | firmware, kernel, first file system, device trees, levels from power-up on |
 * | 2, 3, squashfs | slots a and b: busybox, libraries, Node, the application |
 * | 4, ext4 | data: configuration, state, logs; grows to the rest of the card at the first boot |
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { HardwarePlan } from "../../firmware/contracts/output-plan.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { hardwarePlan } from "../config/plan.ts";
import { buildApplication } from "../release/application.ts";
import { firstRelease } from "../release/first-release.ts";
import type { ReleaseKey } from "../release/release-key.ts";
import { SLOT_PAYLOAD } from "../update/disk-slots.ts";
import { manifestFile } from "../update/receive.ts";
import { encodeSlotRecord } from "../update/slot-record.ts";
import { SLOT_RECORD_SECTOR } from "../update/slot-records.ts";
import { firstRecord } from "../update/slot-steps.ts";
import { BOOT, bootFiles } from "./boot-files.ts";
import { buildSlot, SOURCES, type SystemParts, systemParts } from "./build-slot.ts";
import { SIZES, writeCard } from "./card.ts";
import { dataFiles } from "./data-files.ts";
import { imageCache } from "./debian-packages.ts";
import { decodeTree, encodeTree } from "./device-tree-blob.ts";
import { makeExt4, makeFat } from "./file-systems.ts";
import { fitTree } from "./header-tree.ts";
import { ImageError } from "./image-error.ts";
import { initramfs } from "./initramfs.ts";
import { modulesInOrder } from "./module-order.ts";
import { moduleNames } from "./modules.ts";
import { reservePanicMemory } from "./panic-memory.ts";
import { newPassword, passwordHash } from "./password.ts";
import type { Provision } from "./provision.ts";
import { needTools, type Tool } from "./run-tool.ts";

export interface ImageOptions {
  /** board.config.json. */
  readonly config: string;
  /** Where the card goes: a file that is written over. */
  readonly out: string;
  readonly provision?: Provision;
  /** Whose releases the board takes from the start. */
  readonly trusted?: readonly ReleaseKey[];
  /** An application that `buildApplication` laid out for linux-arm64; without it one is built. */
  readonly application?: string;
  /** Where parts are kept between builds. Default: in the user's cache folder. */
  readonly cache?: string;
  /** Asks Debian for newer packages. */
  readonly fresh?: boolean;
  /** Hears what is being done. */
  readonly step?: (what: string) => void;
}

export interface ImageReport {
  readonly file: string;
  /** Of the card, and of the compressed slot in it. */
  readonly bytes: number;
  readonly slotBytes: number;
  readonly kernel: string;
  /** Of the user root at the console; said here and nowhere else. Absent: nobody logs in with a password. */
  readonly password?: string;
}

const TOOLS: readonly Tool[] = [
  ...(["apt-get", "dpkg-deb", "mformat", "mcopy", "mksquashfs", "mke2fs", "debugfs"] as const),
  "aarch64-linux-gnu-gcc",
];
const BOARDS = /^(bcm2837-rpi-(3-|zero-2|cm3)|bcm2711-rpi-).*\.dtb$/;
/** Where a board keeps what it has to remember of updates, on its data partition. */
const NOTES = "state/update";
/** What a Pi 3 and a Pi 4 load before the kernel. */
const FIRMWARE = ["bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat"];

/** Makes a card. Throws `ImageError` or `ReleaseError`: what is missing or wrong, where, and what helps; nothing is left behind. */
export async function buildImage(options: ImageOptions): Promise<ImageReport> {
  const { config: file, out, provision = {}, cache = imageCache(), fresh = false, step = () => {} } = options;
  needTools(TOOLS);
  const { config, plan } = checkedBoard(file);
  const wifi = provision.wifi !== undefined;
  const watched = config.hardware === "linux" && config.watchdog?.owner === "guardian";
  const parts = await systemParts({ cache, fresh, step });
  const work = mkdtempSync(join(tmpdir(), "holdfast-image-"));
  try {
    const at = (name: string) => join(work, name);
    const application = options.application ?? at("application");
    if (options.application === undefined) {
      const { trusted = [] } = options;
      await buildApplication({ target: "linux-arm64", config: file, out: application, trusted, step });
    }
    step("slot, boot partition and data");
    makeBootFolder(at("boot"), parts, plan, { wifi, cache, watched });
    const password = provision.console === "off" ? undefined : newPassword();
    const hash = password === undefined ? undefined : passwordHash(password);
    for (const { path, content, mode } of dataFiles(config, file, provision, hash)) {
      mkdirSync(dirname(join(at("files"), path)), { recursive: true });
      writeFileSync(join(at("files"), path), content);
      chmodSync(join(at("files"), path), mode);
    }
    if (existsSync(join(at("files"), "home/.ssh"))) chmodSync(join(at("files"), "home/.ssh"), 0o700);
    const [slot] = await Promise.all([
      buildSlot({ application, out: at("slot"), parts }),
      makeFat(at("fat"), at("boot"), SIZES.boot),
    ]);
    const { manifest, release } = await firstRelease(application, config, [
      { name: SLOT_PAYLOAD, file: at("slot"), holds: slot.holds },
    ]);
    mkdirSync(at(join("files", NOTES)), { recursive: true });
    writeFileSync(manifestFile(at(join("files", NOTES)), "a"), JSON.stringify(manifest));
    for (const folder of ["state", NOTES, "config", "system"]) chmodSync(at(join("files", folder)), 0o755);
    chmodSync(manifestFile(at(join("files", NOTES)), "a"), 0o644);
    await makeExt4(at("ext4"), at("files"), SIZES.data);
    const record = encodeSlotRecord(firstRecord(release));
    writeCard(out, {
      boot: at("fat"),
      slotA: at("slot"),
      data: at("ext4"),
      // The sequence of a first record is 1: it lies in the second of both sectors.
      slotRecord: { sector: SLOT_RECORD_SECTOR + 1, content: record },
    });
    return {
      file: out,
      bytes: statSync(out).size,
      slotBytes: slot.bytes,
      kernel: parts.debian.kernel,
      ...(password !== undefined && { password }),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function checkedBoard(file: string) {
  const { config, problems = [], warnings } = loadConfig(file);
  if (config === undefined) throw new ImageError("badConfig", formatProblems(problems, warnings, file));
  if (config.watchdog?.owner === "systemd") {
    const help = 'found "systemd", which Holdfast OS does not have; allowed is "guardian" or "none"';
    throw new ImageError("badConfig", `${file}: watchdog.owner: ${help}`);
  }
  // An emulated board uses nothing of the machine that it runs on.
  const none: HardwarePlan = { outputs: [], inputs: [], buses: [] };
  return { config, plan: config.hardware === "emulated" ? none : hardwarePlan(config) };
}

function makeBootFolder(
  folder: string,
  { debian, busybox, bootDisk }: SystemParts,
  plan: HardwarePlan,
  { wifi, watched, cache }: { readonly wifi: boolean; readonly watched: boolean; readonly cache: string },
): void {
  const { root, kernel } = debian;
  mkdirSync(folder);
  for (const name of FIRMWARE) copyFileSync(join(root, "usr/lib/raspi-firmware", name), join(folder, name));
  const trees = join(root, "usr/lib", `linux-image-${kernel}`, "broadcom");
  for (const name of readdirSync(trees).filter((one) => BOARDS.test(one))) {
    const tree = decodeTree(readFileSync(join(trees, name)));
    fitTree(tree, plan);
    reservePanicMemory(tree);
    writeFileSync(join(folder, name), encodeTree(tree));
  }
  const wanted = moduleNames(plan, wifi);
  const modules = join(root, "lib/modules", kernel);
  const init = readFileSync(join(SOURCES, "boot/init.sh"));
  const disk = modulesInOrder(modules, wanted.disk);
  const board = modulesInOrder(modules, wanted.board);
  writeFileSync(
    join(folder, BOOT.initramfs),
    initramfs({ busybox, bootDisk: readFileSync(bootDisk), init, disk, board }),
  );
  copyFileSync(packedKernel(join(root, "boot", `vmlinuz-${kernel}`), cache), join(folder, BOOT.kernel));
  for (const [name, text] of Object.entries(bootFiles(plan, watched)))
    writeFileSync(join(folder, name), text);
}

/** Compressed as the firmware unpacks it, kept between builds: 33 MB become 11, and take 3 s. */
function packedKernel(image: string, cache: string): string {
  const packed = join(cache, `${basename(image)}.gz`);
  if (existsSync(packed)) return packed;
  writeFileSync(`${packed}.half`, gzipSync(readFileSync(image), { level: 9 }));
  copyFileSync(`${packed}.half`, packed);
  rmSync(`${packed}.half`);
  return packed;
}
