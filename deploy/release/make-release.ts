/** A release of a board: its application built, started once, packed and signed into one file. */
import { accessSync, constants, createReadStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { aboutRelease } from "./about-release.ts";
import { type Application, type ApplicationOptions, buildApplication, ROOT } from "./application.ts";
import { openBundle } from "./bundle-reader.ts";
import { type PayloadFile, type WrittenBundle, writeBundle } from "./bundle-writer.ts";
import { notLive } from "./live-change.ts";
import type { Manifest } from "./manifest.ts";
import { ownPayloads } from "./own-payloads.ts";
import { ReleaseError } from "./release-error.ts";
import type { ReleaseKey, SigningKey } from "./release-key.ts";
import { type Trying, tryApplication } from "./try-application.ts";

export interface ReleaseOptions extends ApplicationOptions {
  /** The file. */
  readonly out: string;
  /** Each signs it: more than one while a key is being replaced. */
  readonly keys: readonly SigningKey[];
  /** For whatever board; default: only for the configuration's. */
  readonly anyBoard?: boolean;
  /** A bundle: boards that run it may go to this release live. Refused where more differs than code of devices and controllers. */
  readonly liveFrom?: string;
  /** Start it before it is written, where this machine can. Default: yes. */
  readonly trying?: boolean;
  /** The application as files, for boards that keep releases in folders. Default: yes. */
  readonly withFiles?: boolean;
  /** More than that: a slot for Holdfast OS. `aside`: a folder to write into. */
  readonly morePayloads?: (application: Application, aside: string) => Promise<readonly PayloadFile[]>;
}

export interface Release extends WrittenBundle {
  readonly trying: Trying;
  /** Of the configuration in it. */
  readonly hardware: "emulated" | "linux";
  /** Ids of keys. */
  readonly signedBy: readonly string[];
}

/** Makes a release; nothing is written where it does not start. Throws `ReleaseError`. */
export async function makeRelease(options: ReleaseOptions): Promise<Release> {
  const {
    out,
    keys,
    anyBoard = false,
    trying = true,
    withFiles = true,
    liveFrom,
    morePayloads = async () => [],
    step = () => {},
  } = options;
  needPlace(resolve(out));
  const trusted = [...keys.map((key) => key.trusted), ...(options.trusted ?? [])];
  const aside = mkdtempSync(join(tmpdir(), "holdfast-release-"));
  try {
    const application = await buildApplication({ ...options, out: join(aside, "application"), trusted });
    if (trying) step("starting it");
    const how: Trying = trying
      ? await tryApplication(application)
      : { tried: false, why: "it was not asked for" };
    step("packing and signing");
    const parts = [
      ...(withFiles ? await ownPayloads(application, aside, options.environment) : []),
      ...(await morePayloads(application, aside)),
    ];
    const about = await aboutRelease(application, { root: ROOT, anyBoard });
    const live = liveFrom === undefined ? {} : await liveMark(liveFrom, { ...about, parts }, trusted);
    const written = await writeBundle(resolve(out), { ...about, ...live }, parts, keys);
    const { hardware } = application.config;
    return { ...written, hardware, trying: how, signedBy: keys.map((key) => key.trusted.id) };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** What the manifest says of a live change. Throws `ReleaseError` `notLive`, `BundleError` for a bundle that cannot be read. */
async function liveMark(
  file: string,
  next: Pick<Manifest, "target" | "node" | "configurations"> & { readonly parts: readonly PayloadFile[] },
  trusted: readonly ReleaseKey[],
): Promise<Pick<Manifest, "liveFrom">> {
  const from = await openBundle(createReadStream(file), trusted, file);
  await from.close();
  const payloads = next.parts.map(({ name, files, holds }) => ({
    ...{ name, size: 0, sha256: "" },
    ...(files && { files }),
    ...(holds && { holds }),
  }));
  const others = notLive(from.manifest, { ...next, payloads });
  if (others.length === 0) return { liveFrom: from.release };
  throw new ReleaseError(
    "notLive",
    `it cannot go live on boards that run ${file}: ${others.slice(0, 8).join(", ")}. Only the code of devices and controllers may differ; without --live-from it goes by its slot, with a restart`,
  );
}

/** A release takes minutes: where it cannot be written is said before. */
function needPlace(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new ReleaseError("notWritten", `${file} cannot be written: ${(error as Error).message}`, error);
  }
}
