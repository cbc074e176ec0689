/** The application of a whole bundle, as a folder. */
import { BundleError } from "./bundle-error.ts";
import type { OpenBundle } from "./bundle-reader.ts";
import { unpackFiles } from "./unpack-files.ts";

/** `folder` is not there yet; on an error it holds a part. Throws `BundleError`: `noPayload`, and what `unpackFiles` throws. */
export async function unpackRelease(bundle: OpenBundle, folder: string): Promise<void> {
  const { version, payloads } = bundle.manifest;
  if (payloads.every(({ files }) => files === undefined)) {
    await bundle.close();
    throw new BundleError(
      "noPayload",
      `the bundle of ${version} holds no files, a slot of Holdfast OS alone: make it without --image-only`,
    );
  }
  for await (const { payload, bytes } of bundle.payloads()) {
    if (payload.files !== undefined) await unpackFiles(payload, bytes, folder);
    else for await (const _ of bytes); // not for folders, and still compared with its hash
  }
}
