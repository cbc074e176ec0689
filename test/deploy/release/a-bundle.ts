/** A small bundle of two payloads, and keys for it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type PayloadFile, writeBundle } from "../../../deploy/release/bundle-writer.ts";
import type { Manifest } from "../../../deploy/release/manifest.ts";
import { describeFiles, packFiles } from "../../../deploy/release/packed-files.ts";
import { makeReleaseKeys, readSigningKey, type SigningKey } from "../../../deploy/release/release-key.ts";

/** Paths and contents; one that begins with `bin/` may be run. */
export const FILES: Readonly<Record<string, string>> = {
  "bin/holdfast": "#!/bin/sh\n",
  "board.config.json": '{"version":1}\n',
  "program/cells/device-thread.cjs": "x".repeat(1000),
  empty: "",
};

export const ABOUT: Omit<Manifest, "payloads"> = {
  format: 1,
  board: "greenhouse",
  version: "0.1.0",
  revision: null,
  created: "2026-11-26T01:31:09Z",
  target: "linux-arm64",
  node: "20.20.2",
  minimum: { kernel: "5.10", glibc: "2.34" },
  configurations: [1],
  outputs: [{ device: "pump", line: "GPIO6", safe: "off", level: "high", onCrash: "safe" }],
};

export function aKey(folder: string, name = "release"): SigningKey {
  return readSigningKey(makeReleaseKeys(folder, name).key);
}

export function writeFiles(folder: string, files = FILES): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    if (path.startsWith("bin/")) chmodSync(join(folder, path), 0o755);
  }
}

/** `application.tar.gz` of the files and `slot.img` of 700 bytes. */
export async function someParts(folder: string, files = FILES): Promise<PayloadFile[]> {
  writeFiles(join(folder, "files"), files);
  const described = await describeFiles(join(folder, "files"));
  const packed = join(folder, "application.tar.gz");
  await packFiles(join(folder, "files"), described, packed);
  writeFileSync(join(folder, "slot.img"), Buffer.alloc(700, 7));
  return [
    { name: "application.tar.gz", file: packed, files: described },
    { name: "slot.img", file: join(folder, "slot.img") },
  ];
}

/** Its bytes. */
export async function aBundle(folder: string, keys: readonly SigningKey[], about = ABOUT): Promise<Buffer> {
  const out = join(folder, "release.holdfast");
  await writeBundle(out, about, await someParts(folder), keys);
  return readFileSync(out);
}

/** As a network brings it. */
export async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
