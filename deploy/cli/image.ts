/** `holdfast image`: a card of Holdfast OS as a file. */
import { buildImage, type ImageReport } from "../image/build-image.ts";
import { readProvision } from "../image/provision.ts";
import type { ReleaseKey } from "../release/release-key.ts";

export interface ImageFlags {
  readonly json: boolean;
  readonly out: string;
  readonly provision?: string;
  readonly fresh: boolean;
  readonly trusted: readonly ReleaseKey[];
}

const MB = 1e6;

/** Throws `ImageError` or `ReleaseError`. */
export async function image(
  config: string,
  { json, out, provision, fresh, trusted }: ImageFlags,
): Promise<void> {
  const startedMs = performance.now();
  const report = await buildImage({
    config,
    out,
    fresh,
    trusted,
    ...(provision !== undefined && { provision: readProvision(provision) }),
    step: (what) => void process.stderr.write(json ? `${JSON.stringify({ step: what })}\n` : `${what} ...\n`),
  });
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(json ? `${JSON.stringify({ ...report, seconds })}\n` : reportText(report, seconds));
}

/** What people read when it is done. */
export function reportText(report: ImageReport, seconds: number): string {
  const { file, bytes, slotBytes, kernel, password } = report;
  const mb = (count: number) => `${(count / MB).toFixed(0)} MB`;
  return [
    `${file}: ${mb(bytes)}, slot ${mb(slotBytes)}, kernel ${kernel}, after ${seconds.toFixed(1)} s`,
    ...(password === undefined
      ? []
      : [`login at the console: root, password ${password} (it is told here and nowhere else)`]),
    "",
  ].join("\n");
}
