import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CommandError, command } from "./command.ts";

/** The parts of one of Debian's kernels, unpacked. */
export interface DebianKernel {
  /** `6.1.0-56-amd64`. */
  readonly version: string;
  /** bzImage. */
  readonly image: string;
  /** Folder with the modules, at any depth. */
  readonly modules: string;
  /** Where out-of-tree modules are built against. */
  readonly headers: string;
  /** The kernel's sources as a tar file. */
  readonly source: string;
  readonly busybox: string;
}

/** Which kernel Debian ships now: what `linux-image-amd64` depends on. Throws `CommandError`. */
export function debianKernelVersion(): string {
  const text = command("apt-cache", ["depends", "linux-image-amd64"]).toString();
  const [, version] = /Depends: linux-image-(\S+)/.exec(text) ?? [];
  if (version === undefined) throw new CommandError("apt-cache: it knows no linux-image-amd64");
  return version;
}

/**
 * Downloads and unpacks a kernel (215 MB, nothing is installed). `folder` keeps the unpacked parts, 550 MB
 * without the packages, which are removed again. Throws `CommandError`.
 */
export function fetchDebianKernel(version: string, folder: string): DebianKernel {
  const abi = version.replace(/-[^-]+$/, "");
  const series = version.split(".").slice(0, 2).join(".");
  const unpacked = join(folder, "root");
  const kernel: DebianKernel = {
    version,
    image: join(unpacked, "boot", `vmlinuz-${version}`),
    modules:
      [join(unpacked, "lib/modules", version), join(unpacked, "usr/lib/modules", version)].find(existsSync) ??
      join(unpacked, "lib/modules", version),
    headers: join(unpacked, "usr/src", `linux-headers-${version}`),
    source: join(unpacked, "usr/src", `linux-source-${series}.tar.xz`),
    busybox: join(unpacked, "bin/busybox"),
  };
  const packages = join(folder, "packages");
  mkdirSync(packages, { recursive: true });
  command(
    "apt-get",
    [
      ...["download", "-qq", `linux-image-${version}`, `linux-headers-${version}`],
      ...[
        `linux-headers-${abi}-common`,
        `linux-kbuild-${series}`,
        `linux-source-${series}`,
        "busybox-static",
      ],
    ],
    { cwd: packages },
  );
  for (const file of readdirSync(packages)) command("dpkg-deb", ["-x", join(packages, file), unpacked]);
  rmSync(packages, { recursive: true });
  return kernel;
}
