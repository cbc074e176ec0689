/** Is a release for this machine and this board? Asked before anything of it is written. */
import { BundleError } from "./bundle-error.ts";
import type { Manifest } from "./manifest.ts";

/** What is here. */
export interface Here {
  readonly target: string;
  /** Id of the board. */
  readonly board: string;
  /** `6.1.0-31-arm64`. */
  readonly kernel: string;
  /** Holdfast OS: the kernel is on the card's boot partition, and no release brings another. */
  readonly kernelStays?: true;
  /** Absent where there is none that Node knows of, and where a release brings its own. */
  readonly glibc?: string;
  /** In messages; absent: this machine. */
  readonly name?: string;
}

/** This machine as a target: `linux-arm64`. `slots`: partitions, which bring their C library, or folders. */
export function thisMachine(board: string, kernel: string, slots: "disk" | "folder" = "folder"): Here {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const glibc = report?.header?.glibcVersionRuntime;
  const arch = process.arch === "arm" ? "armv7l" : process.arch;
  const target = `${process.platform}-${arch}`;
  if (slots === "disk") return { target, board, kernel, kernelStays: true };
  return { target, board, kernel, ...(glibc !== undefined && { glibc }) };
}

/** Throws `BundleError`: `wrongTarget`, `wrongBoard`, `tooOldHere`. */
export function checkFitsHere({ target, board, minimum }: Manifest, here: Here, where: string): void {
  const { name = "this machine" } = here;
  if (target !== here.target)
    throw new BundleError(
      "wrongTarget",
      `${where} is for ${target}, ${name} is ${here.target}: holdfast release --target ${here.target}`,
    );
  if (board !== "any" && board !== here.board)
    throw new BundleError(
      "wrongBoard",
      `${where} is for the board ${board}, this is ${here.board}: make it from this board's configuration, or for any (--any-board)`,
    );
  const old = (["kernel", "glibc"] as const).find((what) => {
    const found = here[what];
    return found !== undefined && isOlder(found, minimum[what]);
  });
  if (old === undefined) return;
  const need = `${where} needs ${old} ${minimum[old]}, ${name} has ${here[old]}`;
  const help = here.kernelStays
    ? "an update replaces slots and not the kernel, so flash the card anew (holdfast flash), or keep to the release before"
    : "update its system first";
  throw new BundleError("tooOldHere", `${need}: ${help}`);
}

/** By numbers, as far as `than` goes: 6.1.0-31-arm64 is not older than 6.1. */
export function isOlder(version: string, than: string): boolean {
  const [have, need] = [version, than].map((text) => text.split(/[^0-9]+/).map(Number));
  for (const [at, wanted] of need!.entries()) {
    const difference = (have![at] || 0) - wanted;
    if (difference !== 0) return difference < 0;
  }
  return false;
}
