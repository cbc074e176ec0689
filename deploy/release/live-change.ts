/**
 * Which change a release is safe to take without a restart: from one other release, when nothing differs but the program
 * that devices and controllers run in their cells. Guardian, runtime, MQTT cell, packages with native code, Node and page
 * are then the same, byte for byte, and so is the plan of the board, which is made by them.
 */
import type { Manifest, ManifestFile } from "./manifest.ts";

/** What may differ: it goes live. */
const LIVE = ["program/cells/device-thread.cjs"];
/** What may differ, too: nothing that runs reads it. The board's own configuration is elsewhere. */
const IDLE = ["package.json", "licences.txt", "board.config.json"];

type Releases = Pick<Manifest, "payloads" | "target" | "node" | "configurations">;

/** What keeps `next` from going live on a board that runs `from`, a sentence each; empty: it can. */
export function notLive(from: Releases, next: Releases): readonly string[] {
  if (from.target !== next.target) return [`one is for ${from.target}, the other for ${next.target}`];
  const [old, now] = [filesOf(from), filesOf(next)];
  if (old.size === 0 || now.size === 0) return ["one of them holds no files, only a slot"];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  const differing = paths.filter((path) => !isSame(old.get(path), now.get(path)));
  const others = differing.filter((path) => !LIVE.includes(path) && !IDLE.includes(path));
  if (others.length > 0) return others.map((path) => `${path} differs`);
  return differing.some((path) => LIVE.includes(path))
    ? []
    : ["the code of devices and controllers is the same"];
}

function filesOf({ payloads }: Releases): ReadonlyMap<string, ManifestFile> {
  return new Map(payloads.flatMap(({ files = [] }) => files.map((file) => [file.path, file] as const)));
}

function isSame(a: ManifestFile | undefined, b: ManifestFile | undefined): boolean {
  return a !== undefined && b !== undefined && a.sha256 === b.sha256 && a.mode === b.mode;
}
