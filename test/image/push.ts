import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../deploy/board/version.ts";
import { loadConfig } from "../../deploy/config/load-config.ts";
import { buildSlot, systemParts } from "../../deploy/image/build-slot.ts";
import { PLACES } from "../../deploy/image/card.ts";
import { aboutRelease } from "../../deploy/release/about-release.ts";
import type { Application } from "../../deploy/release/application.ts";
import { writeBundle } from "../../deploy/release/bundle-writer.ts";
import type { Manifest, SlotContent } from "../../deploy/release/manifest.ts";
import { makeReleaseKeys, readSigningKey, type SigningKey } from "../../deploy/release/release-key.ts";
import { SLOT_PAYLOAD } from "../../deploy/update/disk-slots.ts";
import { demoFile } from "../deploy/demo-board.ts";
import { projectFolder } from "../harness/source-files.ts";
import type { SpecContext } from "../harness/spec.ts";
import { bytesOf } from "./bytes-of.ts";
import type { TestCard } from "./card.ts";
import type { Machine } from "./machine.ts";

const MIB = 1_048_576;
const CLI = fileURLToPath(new URL("../../deploy/cli/main.js", import.meta.url));

/** The board ends the connection by itself in this time. */
const STAYS_MS = 3000;

/** Whose releases a card takes in a test. */
export function testKey(t: SpecContext): SigningKey {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-keys-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return readSigningKey(makeReleaseKeys(folder, "release").key);
}

export interface ReleaseWish {
  /** Days that it is newer than today. Default: 1. */
  readonly number?: number;
  /** What is wrong with it: changes files of its application, in this folder. */
  readonly spoil?: (application: string) => void;
  /** What its manifest says otherwise. */
  readonly about?: Partial<Manifest>;
}

/** A release for Holdfast OS of the card's own slot, or of one that is spoilt, signed by `key`. Resolves to its file. */
export async function slotRelease(
  t: SpecContext,
  key: SigningKey,
  card: TestCard,
  { number = 1, spoil, about = {} }: ReleaseWish = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-release-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const holds: { holds?: SlotContent } = {};
  if (spoil === undefined) {
    writeFileSync(at("slot"), bytesOf(card.image, PLACES.slotA.from * MIB, card.report.slotBytes));
  } else {
    cpSync(card.application, at("application"), { recursive: true, verbatimSymlinks: true });
    spoil(at("application"));
    const slot = { application: at("application"), out: at("slot"), parts: await systemParts() };
    holds.holds = (await buildSlot(slot)).holds;
  }
  const created = Math.floor(Date.now() / 86_400_000 + number) * 86_400;
  const application: Application = {
    folder: card.application,
    target: "linux-arm64",
    version: VERSION,
    createdS: created,
    config: loadConfig(demoFile).config!,
  };
  const manifest = {
    ...(await aboutRelease(application, { root: projectFolder, anyBoard: false })),
    ...about,
  };
  const parts = [{ name: SLOT_PAYLOAD, file: at("slot"), ...holds }];
  return (await writeBundle(at("x.holdfast"), manifest, parts, [key])).file;
}

/**
 * `holdfast push` to a machine, until the board restarts into the release, or the push ends before: its exit code and what it printed. It
 * does not stay, because its questions take an emulated processor from the board.
 */
export function push(
  machine: Machine,
  bundle: string,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly text: string }> {
  const via = machine.via.join(" ");
  const args = [CLI, "push", "root@127.0.0.1", bundle, "--via", via, "--now", ...words];
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        text += data;
        if (/restarts into slot/.test(text)) setTimeout(() => child.kill(), STAYS_MS);
      });
    child.on("close", (code) => done({ code, text }));
  });
}
