import { durationMs } from "../../devices/field.ts";
import { partOf } from "./changed-config.ts";
import type { RemedySearch } from "./remedy.ts";

/** Who is behind what is refused, those that come most often first. */
export function ownersOf({ config, refused }: Pick<RemedySearch, "config" | "refused">): readonly string[] {
  const all = [...Object.keys(config.devices), ...Object.keys(config.controllers ?? {})];
  const owners = refused.kind === "cores" ? all : [...new Set(refused.verdict.owners.values())];
  return [...owners].sort(
    (a, b) => durationMs(partOf(config, a).every) - durationMs(partOf(config, b).every),
  );
}
