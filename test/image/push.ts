import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { slotPayload } from "../../deploy/image/slot-payload.ts";
import { makeRelease } from "../../deploy/release/make-release.ts";
import { makeReleaseKeys, readSigningKey, type SigningKey } from "../../deploy/release/release-key.ts";
import { demoFile } from "../deploy/demo-board.ts";
import type { SpecContext } from "../harness/spec.ts";
import type { Machine } from "./machine.ts";

const CLI = fileURLToPath(new URL("../../deploy/cli/main.js", import.meta.url));

/** The board ends the connection by itself in this time. */
const STAYS_MS = 3000;

/** Whose releases a card takes in a test. */
export function testKey(t: SpecContext): SigningKey {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-keys-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return readSigningKey(makeReleaseKeys(folder, "release").key);
}

/** A release for Holdfast OS: the demo's application, a day newer than today's for each number. */
export async function slotRelease(
  t: SpecContext,
  key: SigningKey,
  { number }: { readonly number: number },
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-release-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const out = join(folder, `${number}.holdfast`);
  const createdS = Math.floor(Date.now() / 86_400_000 + number) * 86_400;
  await makeRelease({
    ...{ target: "linux-arm64", config: demoFile, out, keys: [key], trying: false },
    environment: { ...process.env, SOURCE_DATE_EPOCH: String(createdS) },
    morePayloads: (application, aside) => slotPayload(application, aside, () => {}),
  });
  return out;
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
