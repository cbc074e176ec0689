/** A bundle in a file of this machine, as whoever sends it opens it. */
import type { Manifest, ReleaseId } from "../release/manifest.ts";
import { bundleHead } from "./bundle-head.ts";
import type { ByteSource } from "./byte-source.ts";
import { fileSource } from "./file-source.ts";

/** What it says of itself, and its bytes. */
export interface OpenBundle {
  readonly source: ByteSource;
  readonly manifest: Manifest;
  readonly release: ReleaseId;
}

/**
 * Looks at the file before anybody is asked to take it: a board's answer would come late, after a password perhaps. Rejects with
 * `UpdateError` `noBundle` for a file that cannot be opened, with `BundleError` for one that is no bundle.
 */
export async function openBundle(path: string): Promise<OpenBundle> {
  const source = await fileSource(path);
  try {
    return { source, ...(await bundleHead(source, path)) };
  } catch (error) {
    await source.close();
    throw error;
  }
}
