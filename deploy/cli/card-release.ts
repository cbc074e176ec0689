/** What a card of Raspberry Pi OS gets: the application of a configuration, made now, or that of a bundle that was made elsewhere. */
import { join } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { buildApplication } from "../release/application.ts";
import { openBundle } from "../release/bundle-reader.ts";
import { type FirstRelease, firstRelease } from "../release/first-release.ts";
import { checkFitsHere } from "../release/fits-here.ts";
import { ownPayloads } from "../release/own-payloads.ts";
import type { ReleaseKey } from "../release/release-key.ts";
import { unpackRelease } from "../release/unpack-release.ts";
import { fileSource } from "../update/file-source.ts";

export interface CardReleasePlan {
  readonly config: BoardConfig;
  readonly configFile: string;
  /** A bundle's file; absent: it is made here, which takes Linux. */
  readonly bundle?: string;
  /** Whose releases the board takes, and whose bundle it may be. */
  readonly trusted: readonly ReleaseKey[];
  /** A folder to work in. */
  readonly work: string;
  /** Hears what is being done. */
  readonly step: (what: string) => void;
}

export interface CardRelease {
  /** Its folder. */
  readonly application: string;
  /** How the board knows it. */
  readonly first: FirstRelease;
  readonly version: string;
}

const TARGET = "linux-arm64";

/** Throws `ReleaseError`, `BundleError`, `UpdateError` `noBundle`. */
export async function cardRelease(plan: CardReleasePlan): Promise<CardRelease> {
  const application = join(plan.work, "application");
  return plan.bundle === undefined ? made(plan, application) : unpacked(plan, plan.bundle, application);
}

async function made(
  { config, configFile, trusted, work, step }: CardReleasePlan,
  application: string,
): Promise<CardRelease> {
  const { version } = await buildApplication({
    ...{ target: TARGET, config: configFile, out: application, trusted, step },
  });
  step("packing it, so that the board knows it again");
  const payloads = await ownPayloads({ folder: application, target: TARGET }, work);
  return { application, version, first: await firstRelease(application, config, payloads) };
}

async function unpacked(
  { config, trusted, step }: CardReleasePlan,
  file: string,
  application: string,
): Promise<CardRelease> {
  const source = await fileSource(file);
  try {
    const bundle = await openBundle(source.read(0, source.bytes), trusted, file);
    const { manifest, release } = bundle;
    // What kernel and C library the card has its image says, or its first boot.
    const card = {
      target: TARGET,
      board: config.board.id,
      kernel: manifest.minimum.kernel,
      name: "the card",
    };
    checkFitsHere(manifest, card, file);
    step(`unpacking ${manifest.version}`);
    await unpackRelease(bundle, application);
    return { application, version: manifest.version, first: { manifest, release } };
  } finally {
    await source.close();
  }
}
