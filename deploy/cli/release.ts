/** `holdfast release`: a board's application as one signed file. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { slotPayload } from "../image/slot-payload.ts";
import { KeysError } from "../keys/keys-error.ts";
import { PrivateFileError } from "../mqtt/private-file.ts";
import { BundleError } from "../release/bundle-error.ts";
import { makeRelease, type Release } from "../release/make-release.ts";
import { ReleaseError } from "../release/release-error.ts";
import { readReleaseKey, readSigningKey } from "../release/release-key.ts";
import { isTargetName, TARGETS } from "../release/target.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface ReleaseFlags {
  readonly json: boolean;
  readonly config: string;
  readonly target: string;
  readonly out?: string;
  /** Files of private keys. */
  readonly keys: readonly string[];
  /** Files of public keys that boards trust beside those. */
  readonly trust: readonly string[];
  readonly anyBoard: boolean;
  readonly sourceMaps: boolean;
  readonly trying: boolean;
  /** With a slot for Holdfast OS. */
  readonly image: boolean;
  /** A bundle whose boards may take this one live. */
  readonly liveFrom?: string;
  /** With what boards take that keep releases in folders. */
  readonly withFiles: boolean;
}

/** Makes a release and says what is in it. Throws `CliError`. */
export async function release(flags: ReleaseFlags): Promise<void> {
  const { json, config, target, anyBoard, sourceMaps, trying, withFiles } = flags;
  if (!isTargetName(target)) {
    const known = Object.keys(TARGETS).join(", ");
    throw new CliError(EXIT.usage, `--target: found "${target}", allowed: ${known}`);
  }
  const say = (text: string) => void (json || process.stderr.write(`${text}\n`));
  try {
    const made = await makeRelease({
      ...{ target, anyBoard, sourceMaps, trying, withFiles },
      config: resolve(config),
      out: resolve(flags.out ?? `${target}.holdfast`),
      ...(flags.liveFrom !== undefined && { liveFrom: bundleAt(flags.liveFrom) }),
      keys: flags.keys.map((file) => readSigningKey(existing(file))),
      trusted: flags.trust.map((file) => readReleaseKey(resolve(file))),
      step: (what) => say(`${what} ...`),
      ...(flags.image && {
        morePayloads: (application, aside) => slotPayload(application, aside, (what) => say(`${what} ...`)),
      }),
    });
    process.stdout.write(json ? `${JSON.stringify(made)}\n` : releaseText(made));
  } catch (error) {
    if (error instanceof PrivateFileError || error instanceof KeysError)
      throw new CliError(EXIT.failed, error.message);
    if (error instanceof BundleError) throw new CliError(EXIT.failed, error.message);
    if (!(error instanceof ReleaseError)) throw error;
    throw new CliError(error.code === "badConfig" ? EXIT.usage : EXIT.failed, error.message);
  }
}

function existing(file: string): string {
  const path = resolve(file);
  if (existsSync(path)) return path;
  const make = "make one with: holdfast keys release";
  throw new CliError(EXIT.failed, `--key: there is no ${path} to sign the release with; ${make}`);
}

function bundleAt(file: string): string {
  const path = resolve(file);
  if (existsSync(path)) return path;
  throw new CliError(EXIT.usage, `--live-from: there is no ${path}; it names the bundle that boards run now`);
}

/** What people see. */
export function releaseText(made: Release): string {
  const { file, bytes, release: id, manifest, hardware, trying, signedBy } = made;
  const { board, version, revision, created, target, node, minimum, outputs, payloads, liveFrom } = manifest;
  const size = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  const tried = trying.tried
    ? `first reading after ${trying.firstReadingS.toFixed(1)} s${trying.under === null ? "" : ` under ${trying.under}`}`
    : `no: ${trying.why}`;
  const who = board === "any" ? "any board" : board;
  const pins = hardware === "emulated" ? " (emulated: no real pin moves)" : "";
  const rows = [
    ["made", `${file}  ${size(bytes)}`],
    ["release", `${id}  of ${version}${revision === null ? "" : ` (${revision})`}, ${created}`],
    ["for", `${who}${pins}, ${target}, Linux ${minimum.kernel}, glibc ${minimum.glibc} or newer`],
    ["holds", payloads.map(({ name, size: count }) => `${name} ${size(count)}`).join(", ")],
    ["Node", node],
    ...(liveFrom === undefined
      ? []
      : [["goes live", `from release ${liveFrom}: only code of devices and controllers differs`]]),
    [
      "outputs",
      outputs.map(({ line, safe, level }) => `${line} safe ${safe} (${level})`).join(", ") || "none",
    ],
    ["signed by", signedBy.join(", ")],
    ["started", tried],
  ];
  return `${rows.map(([what = "", text]) => `${what.padEnd(10)}${text}`).join("\n")}\n`;
}
