/**
 * What a bundle says of itself, and what is signed: the bytes of `manifest.json`, as they are. Everything else in a bundle
 * has its name, size and hash here, so whoever has checked the signature knows what must follow, byte for byte.
 */
import { createHash } from "node:crypto";
import type { TargetName } from "./target.ts";

/** Of the bundle. A reader takes no other. */
export const FORMAT = 1;

/** Bounds of what is signed, too: a mistake in the making shall not fill a board. */
export const MOST = {
  manifestBytes: 1024 * 1024,
  payloads: 8,
  files: 8192,
  /** Of a payload, as it is carried and unpacked. */
  payloadBytes: 1024 * 1024 * 1024,
} as const;

export interface Manifest {
  readonly format: typeof FORMAT;
  /** Id of the board that it is for, or `any`. */
  readonly board: string;
  /** Of Holdfast. */
  readonly version: string;
  /** The checkout's commit, `-changed` where files were not committed; null outside of git. */
  readonly revision: string | null;
  /** ISO 8601, to the second: SOURCE_DATE_EPOCH or the commit's time. */
  readonly created: string;
  readonly target: TargetName;
  /** Version of Node in it. */
  readonly node: string;
  /** The oldest that it runs on. */
  readonly minimum: { readonly kernel: string; readonly glibc: string };
  /** Versions of board.config.json that it reads. */
  readonly configurations: readonly number[];
  /** Outputs of the configuration in it, by line: an update that turns one over needs the operator's word. */
  readonly outputs: readonly ManifestOutput[];
  /** The release from which a running board may go to this one without a restart: only code of devices and controllers differs. */
  readonly liveFrom?: ReleaseId;
  /** In the order in which they are carried. */
  readonly payloads: readonly Payload[];
}

export interface ManifestOutput {
  readonly device: string;
  readonly line: string;
  readonly safe: "on" | "off";
  /** Electrical, of `safe`. */
  readonly level: "high" | "low";
  readonly onCrash: "safe" | "hold" | "release";
}

export interface Payload {
  /** Name in the bundle: `node.tar.gz`, `slot.squashfs`. */
  readonly name: string;
  /** As it is carried, bytes. */
  readonly size: number;
  /** Of that, hex. */
  readonly sha256: string;
  /** Hashes of its pieces in their order (`pieces.ts`), 16 bytes each, base64; absent in releases of before there were any. */
  readonly pieces?: string;
  /** What a `.tar.gz` holds, in its order; absent: something that is used as it is. */
  readonly files?: readonly ManifestFile[];
  /** What a payload holds that is a slot of Holdfast OS: a board that runs one compares it with the next. */
  readonly holds?: SlotContent;
}

export interface SlotContent {
  /** SHA-256 of all of it beside the application: paths, permissions, links and bytes. */
  readonly system: string;
  /** The application's. */
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  /** Below the release's folder. */
  readonly path: string;
  readonly size: number;
  readonly mode: 0o644 | 0o755;
  readonly sha256: string;
}

/** 32 hexadecimal digits: the first 16 bytes of the SHA-256 of the signed bytes. */
export type ReleaseId = string;

/** What a release is called where it has to be told from others. */
export function releaseId(manifest: Uint8Array): ReleaseId {
  return createHash("sha256").update(manifest).digest("hex").slice(0, 32);
}

/** The bytes that are signed. */
export function encodeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
}

/**
 * Below 0 where `a` is older than `b`: by version, then by time of the release. A pre-release (`1.0.0-beta.1`) is older than
 * what it leads to (semver.org, 11).
 */
export function compareReleases(a: Pick<Manifest, "version" | "created">, b: typeof a): number {
  const [x, y] = [parts(a.version), parts(b.version)];
  for (let at = 0; at < 3; at++) {
    const difference = x.numbers[at]! - y.numbers[at]!;
    if (difference !== 0) return difference;
  }
  if (x.pre !== y.pre) {
    if (x.pre === "" || y.pre === "") return x.pre === "" ? 1 : -1;
    return x.pre.localeCompare(y.pre, "en", { numeric: true });
  }
  return Date.parse(a.created) - Date.parse(b.created);
}

function parts(version: string): { readonly numbers: readonly number[]; readonly pre: string } {
  const [core = "", ...rest] = version.split("-");
  const numbers = core.split(".").map(Number);
  return { numbers: [0, 1, 2].map((at) => numbers[at] || 0), pre: rest.join("-") };
}
