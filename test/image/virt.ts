import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { cpioArchive } from "../../deploy/image/cpio.ts";
import { imageCache } from "../../deploy/image/debian-packages.ts";
import { decodeTree, encodeTree, textBytes } from "../../deploy/image/device-tree-blob.ts";
import { modulesInOrder } from "../../deploy/image/module-order.ts";
import { reservePanicMemory } from "../../deploy/image/panic-memory.ts";
import type { SpecContext } from "../harness/spec.ts";
import type { TestCard } from "./card.ts";
import { headerScript } from "./header-script.ts";
import { Machine } from "./machine.ts";
import type { Neighbour } from "./neighbour.ts";
import { loggedDisk } from "./write-log.ts";

/**
 * QEMU's generic board with the processor of a Pi 3; always emulated, also where there is a /dev/kvm. Its time is counted in instructions, 2 ns each
 * (docs/devel/tcg-icount.rst of QEMU): while this machine has no processor for it nothing gets late in there, so nobody is taken for dead.
 */
export const BOARD = [
  ...["-accel", "tcg", "-cpu", "cortex-a53", "-smp", "2", "-m", "1024"],
  ...["-icount", "shift=1,sleep=on"],
];
export const MACHINE = "virt,gic-version=2";

export interface VirtOptions {
  /** gpio-sim.ko: the board has a Pi's header. */
  readonly gpioSim?: Buffer;
  /** It resets itself instead of ending QEMU. */
  readonly resets?: boolean;
  readonly qemu?: readonly string[];
  /** Another machine on its cable. */
  readonly neighbour?: Neighbour;
  /** For the kernel, or the card's first process, beside what every boot is told. */
  readonly words?: readonly string[];
  /** An empty file that takes down what is written to the card, in order (`write-log.ts`). */
  readonly log?: string;
}

/** Boots a card on it, as the firmware of a Pi would: kernel, first file system and command line are the card's. */
export function bootVirt(t: SpecContext, card: TestCard, options: VirtOptions = {}): Promise<Machine> {
  const { gpioSim, resets = false, qemu = [], words: more = [], neighbour, log } = options;
  const initramfs = card.boot("initramfs.gz");
  if (gpioSim !== undefined) appendFileSync(initramfs, headerArchive(gpioSim));
  const rdinit = gpioSim === undefined ? [] : ["rdinit=/header"];
  const words = ["console=ttyAMA0 panic=5 quiet", ...rdinit, ...more];
  return Machine.start(
    t,
    {
      key: card.key,
      ...(neighbour !== undefined && { neighbour }),
      qemu: [
        ...["-M", MACHINE, ...BOARD, "-serial", "stdio", ...(resets ? [] : ["-no-reboot"])],
        ...["-kernel", card.boot("kernel8.img"), "-initrd", initramfs, "-append", words.join(" ")],
        ...(log === undefined ? plainDisk(card.image) : loggedDisk(card.image, log)),
        ...["-device", "virtio-rng-pci", ...qemu],
        ...(gpioSim === undefined ? [] : ["-dtb", piTree(dirname(card.image), qemu)]),
      ],
    },
    "virtio-net-pci",
  );
}

function plainDisk(card: string): string[] {
  return ["-drive", `file=${card},format=raw,if=none,id=card`, "-device", "virtio-blk-pci,drive=card"];
}

/**
 * What the kernel unpacks over the card's first file system: it makes a header of gpio-sim, labelled as a Pi 3's, and goes on with the
 * card's own first process.
 */
function headerArchive(gpioSim: Buffer): Buffer {
  const kernels = join(imageCache(), "debian/root/lib/modules");
  const configfs = modulesInOrder(kernels, ["configfs"]);
  const script = [
    "#!/bin/busybox sh",
    "/bin/busybox --install -s /bin",
    "export PATH=/bin",
    "mount -t proc proc /proc",
    "mount -t sysfs sys /sys",
    ...configfs.map(({ name }) => `insmod /header-modules/${name}.ko`),
    "insmod /header-modules/gpio_sim.ko",
    ...headerScript(),
    "umount /sys",
    "umount /proc",
    "exec /init",
    "",
  ].join("\n");
  return gzipSync(
    cpioArchive([
      { path: "header", mode: 0o100755, content: Buffer.from(script) },
      { path: "header-modules", mode: 0o040755 },
      ...[...configfs, { name: "gpio_sim", content: gpioSim }].map(({ name, content }) => ({
        path: `header-modules/${name}.ko`,
        mode: 0o100644,
        content,
      })),
    ]),
  );
}

/** Near the end of the generic board's memory, which begins at 1 GB. */
const PANIC_MEMORY = { address: 0x7e00_0000, bytes: 0x1_0000 };

/**
 * The generic board's own device tree, which also says that it is a Pi 3 with a header, whose chip is gpio-sim's, and keeps memory for a
 * kernel's last words as a card's trees do.
 */
export function piTree(folder: string, qemu: readonly string[] = []): string {
  const file = join(folder, "virt.dtb");
  const words = ["-M", `${MACHINE},dumpdtb=${file}`, ...BOARD, "-display", "none", "-nodefaults", ...qemu];
  execFileSync("qemu-system-aarch64", words, { stdio: "ignore" });
  const tree = decodeTree(readFileSync(file));
  tree.root.properties.set(
    "compatible",
    textBytes("raspberrypi,3-model-b", "brcm,bcm2837", "linux,dummy-virt"),
  );
  tree.root.properties.set("model", textBytes("Raspberry Pi 3 Model B (QEMU virt)"));
  // Turned off, so that the kernel's own driver leaves it alone.
  const gpio = new Map([
    ["compatible", textBytes("brcm,bcm2835-gpio")],
    ["status", textBytes("disabled")],
  ]);
  tree.root.children.push({
    name: "soc",
    properties: new Map(),
    children: [{ name: "gpio@7e200000", properties: gpio, children: [] }],
  });
  reservePanicMemory(tree, PANIC_MEMORY);
  writeFileSync(file, encodeTree(tree));
  return file;
}
