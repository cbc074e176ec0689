/**
 * Which change a release is safe to take without a restart: from one other release, when nothing differs but the program
 * that devices and controllers run in their cells. Guardian, runtime, MQTT cell, packages with native code, Node and page
 * are then the same, byte for byte, and so is the plan of the board, which is made by them. Of a slot of Holdfast OS so is all that
 * it holds beside the application.
 */
import type { Manifest, ManifestFile } from "./manifest.ts";

/** What may differ: it goes live. */
const LIVE = ["program/cells/device-thread.cjs"];
/** What may differ, too: nothing that runs reads it. The board's own configuration is elsewhere. */
const IDLE = ["package.json", "licences.txt", "board.config.json"];

type Releases = Pick<Manifest, "payloads" | "target" | "node" | "configurations">;
/** Mode and hash by path. */
type Listed = ReadonlyMap<string, string>;

/**
 * What keeps `next` from going live on a board that runs `from`, a sentence each; empty: it can. Compared is what both bring: files
 * for boards that keep releases in folders, a slot for those with Holdfast OS.
 */
export function notLive(from: Releases, next: Releases): readonly string[] {
  if (from.target !== next.target) return [`one is for ${from.target}, the other for ${next.target}`];
  const [oldSlot, nextSlot] = [slotOf(from), slotOf(next)];
  if (oldSlot === "unlisted" || nextSlot === "unlisted")
    return ["one of them does not say what its slot holds"];
  const pairs = [[filesOf(from), filesOf(next)] as const, [oldSlot, nextSlot] as const];
  const found = pairs.flatMap(([old, now]) => (old && now ? [differences(old, now)] : []));
  return found.length > 0 ? [...new Set(found.flat())] : ["one of them holds no files, the other no slot"];
}

function differences(old: Listed, now: Listed): readonly string[] {
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  const differing = paths.filter((path) => old.get(path) !== now.get(path));
  const others = differing.filter((path) => !LIVE.includes(path) && !IDLE.includes(path));
  if (others.length > 0) return others.map((path) => `${path} differs`);
  return differing.some((path) => LIVE.includes(path))
    ? []
    : ["the code of devices and controllers is the same"];
}

/** Undefined for a release without them. */
function filesOf({ payloads }: Releases): Listed | undefined {
  const files = payloads.flatMap((payload) => payload.files ?? []);
  return files.length === 0 ? undefined : new Map(files.map(listed));
}

/** Undefined for a release without one. */
function slotOf({ payloads }: Releases): Listed | "unlisted" | undefined {
  const slot = payloads.find(({ files }) => files === undefined);
  if (slot === undefined) return undefined;
  if (slot.holds === undefined) return "unlisted";
  const { files, system } = slot.holds;
  return new Map([...files.map(listed), [`the system in ${slot.name}`, system]]);
}

function listed({ path, mode, sha256 }: ManifestFile): readonly [string, string] {
  return [path, `${mode} ${sha256}`];
}
