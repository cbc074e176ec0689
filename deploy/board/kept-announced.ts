/** What Home Assistant was told of a board, by topic, so that what is no more can be taken back by a later start. */
import { join } from "node:path";
import type { AnnouncedMemory } from "../homeassistant/announcer.ts";
import { PLATFORMS, type Platform } from "../homeassistant/component.ts";
import { KeptRecords } from "./kept-records.ts";

type Platforms = Readonly<Record<string, Platform>>;

const WRITE_EVERY_MS = 1000;

/** Of one board, below the state folder. */
export function announcedFile(folder: string, board: string): string {
  return join(folder, board, "announced.json");
}

/** Written only when something new is told or taken back: after a change of the configuration. */
export function keptAnnounced(file: string): AnnouncedMemory {
  const records = new KeptRecords<Platforms>({ file, isRecord: isPlatforms, writeEveryMs: WRITE_EVERY_MS });
  return {
    get topics() {
      return records.keys;
    },
    of: (topic) => records.of(topic),
    keep: (topic, platforms) => records.keep(topic, platforms),
  };
}

function isPlatforms(value: unknown): value is Platforms {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((item) => PLATFORMS.includes(item));
}
