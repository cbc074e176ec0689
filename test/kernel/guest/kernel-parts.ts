import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { modulesInOrder } from "../../../deploy/image/module-order.ts";
import { buildModules, MODULE_SOURCES } from "./build-modules.ts";
import { CommandError, command } from "./command.ts";
import { type DebianKernel, debianKernelVersion, fetchDebianKernel } from "./debian-kernel.ts";
import { initramfs } from "./initramfs.ts";
import { unpackedKernel } from "./kernel-image.ts";

/** What QEMU boots. */
export interface KernelParts {
  readonly version: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** What the guest needs of Debian's modules: its disks, then what is under test. */
const MODULES = [
  ...["virtio_pci", "9pnet_virtio", "9p", "overlay", "configfs", "virtio_rng"],
  ...["i2c_dev", "i2c_stub", "i6300esb", "wire", "w1_therm"],
];
const OWN_MODULES = ["gpio_sim", "i2c_sim", "pwm_sim", "spi_sim", "w1_sim"];

/**
 * The kernel parts, made where they are missing (20 s, 215 MB from Debian) and kept in the user's cache folder.
 * `sources` holds init.sh and modules/. `step` hears what is being done. Lists of packages that are older than
 * Debian's newest kernel name one that is gone: root fetches new ones and tries again. Throws an Error that says what
 * is missing.
 */
export function kernelParts(sources: string, step: (what: string) => void): KernelParts {
  try {
    return newestParts(sources, step);
  } catch (error) {
    if (!(error instanceof CommandError) || process.getuid?.() !== 0) throw error;
    step(`apt-get update, because of ${error.message}`);
    command("apt-get", ["update", "-qq"]);
    return newestParts(sources, step);
  }
}

function newestParts(sources: string, step: (what: string) => void): KernelParts {
  const version = debianKernelVersion();
  const folder = join(cacheFolder(), version);
  const stamp = stampOf(sources);
  const parts: KernelParts = {
    version,
    kernel: join(folder, "kernel"),
    initrd: join(folder, `initrd-${stamp}`),
  };
  if (existsSync(parts.initrd)) return parts;
  mkdirSync(folder, { recursive: true });
  const kernel = keptKernel(version, folder, step);
  step("building gpio-sim and modules of our own");
  buildModules(kernel, join(sources, "modules"), join(folder, "modules"));
  const image = readFileSync(kernel.image);
  whole(parts.kernel, unpackedKernel(image) ?? image);
  const built = modulesInOrder(join(folder, "modules"), OWN_MODULES);
  const modules = [...modulesInOrder(kernel.modules, MODULES), ...built];
  const init = readFileSync(join(sources, "init.sh"));
  whole(parts.initrd, initramfs({ busybox: readFileSync(kernel.busybox), init, modules }));
  for (const old of readdirSync(folder)) {
    if (old.startsWith("initrd-") && old !== `initrd-${stamp}`) rmSync(join(folder, old));
  }
  return parts;
}

/** `HOLDFAST_KERNEL_CACHE`, or a folder of the user's cache (XDG base directory specification 0.8). */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.HOLDFAST_KERNEL_CACHE;
  if (own !== undefined && own !== "") return own;
  const base = environment.XDG_CACHE_HOME;
  return join(
    base !== undefined && base !== "" ? base : join(homedir(), ".cache"),
    "holdfast",
    "kernel-guest",
  );
}

function keptKernel(version: string, folder: string, step: (what: string) => void): DebianKernel {
  const note = join(folder, "kernel.json");
  if (existsSync(note)) return JSON.parse(readFileSync(note, "utf8")) as DebianKernel;
  step(`downloading Debian's kernel ${version}`);
  const kernel = fetchDebianKernel(version, folder);
  whole(note, Buffer.from(JSON.stringify(kernel)));
  return kernel;
}

/** Changes when anything changes that the parts are made of. */
function stampOf(sources: string): string {
  const digest = createHash("sha256").update(JSON.stringify([MODULES, OWN_MODULES]));
  for (const file of ["init.sh", ...MODULE_SOURCES.map((name) => join("modules", name))])
    digest.update(readFileSync(join(sources, file)));
  return digest.digest("hex").slice(0, 16);
}

/** A file is there whole or not at all, also when two runs make it. */
function whole(file: string, content: Uint8Array): void {
  const half = `${file}.${process.pid}`;
  writeFileSync(half, content);
  renameSync(half, file);
}
