/** `holdfast receive`: on the board, takes a release from standard input (as `push` sends it), a file, a web server, or its broker. */
import { release as kernel, setPriority } from "node:os";
import { join } from "node:path";
import { bootLevels } from "../../firmware/board/boot-levels.ts";
import { goBeforeTheGuardian } from "../board/memory-rank.ts";
import { BUILT_AT_MS } from "../board/version.ts";
import { WallClock } from "../board/wall-clock.ts";
import { livePlaceOf } from "../code/live-place.ts";
import { readLive, writeLive } from "../code/live-record.ts";
import { hardwarePlan } from "../config/plan.ts";
import { answeredLevels } from "../levels/answered-levels.ts";
import { levelsOfBoth } from "../levels/kept-levels.ts";
import { levelPlace } from "../levels/level-places.ts";
import { thisMachine } from "../release/fits-here.ts";
import { askRelease } from "../update/ask-release.ts";
import { BEFORE_FILE, writeBefore } from "../update/before-update.ts";
import { type BringWord, bring } from "../update/bring.ts";
import { codeClient } from "../update/code-client.ts";
import { DiskSlots } from "../update/disk-slots.ts";
import { FolderSlots } from "../update/folder-slots.ts";
import type { GateFlags } from "../update/gate.ts";
import { liveMounts } from "../update/live-mounts.ts";
import { lookAtBoard } from "../update/look-at-board.ts";
import { NOTICE_FILE, writeNotice } from "../update/notice.ts";
import type { ReadOffer } from "../update/offer.ts";
import { checkSeal } from "../update/offer-seal.ts";
import { ReadConfig } from "../update/read-config.ts";
import { lockReceiving } from "../update/receive-lock.ts";
import { isRefusal } from "../update/refusal.ts";
import type { Slot } from "../update/slot-record.ts";
import { endWaiting } from "../update/take-over.ts";
import type { TrialTimes } from "../update/trial.ts";
import { trustedKeys } from "../update/trusted-keys.ts";
import { updateLimits } from "../update/update-limits.ts";
import type { UpdatePlace } from "../update/update-place.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { releaseSource } from "./release-source.ts";
import { restartBoard } from "./trial.ts";

/** Whatever it does can wait for everything else: the kernel gives its writes the same rank. */
const NICE = 19;

export interface ReceiveFlags {
  readonly place: UpdatePlace;
  readonly page: string;
  /** The board's configuration. */
  readonly config: string;
  /** A file or an address; absent: standard input, or as it was offered. */
  readonly from?: string;
  /** What was offered to the board; a seal in it is not proven yet. */
  readonly offered?: ReadOffer;
  readonly gate: GateFlags & { readonly retry: boolean };
  readonly stay: boolean;
  readonly tries?: number;
  readonly times: TrialTimes;
  /** Most bytes of it, and most bytes a second. Default: as the configuration says. */
  readonly limit?: number;
  readonly rate?: number;
}

/**
 * Says what it does, a line of JSON each. Exit 3 for a release that is refused, 1 for one that did not come; either way the
 * board runs on as it is.
 */
export async function receiveRelease(flags: ReceiveFlags): Promise<void> {
  goBeforeTheGuardian();
  setPriority(NICE);
  const { place, page, config: file } = flags;
  const say = (word: BringWord | { readonly read: object }) =>
    void process.stdout.write(`${JSON.stringify(word)}\n`);
  const read = configIn(file);
  const { config } = read;
  const { offered } = flags;
  const { limit, rate } = updateLimits(config, flags);
  const trusted = trustedKeys(place.notes);
  const [livePlace, code] = [livePlaceOf(place), codeClient(page)];
  const clock = new WallClock({ floorMs: BUILT_AT_MS });
  // Who comes by ssh may; an offer comes from whoever may publish, and nothing of it has been checked yet.
  if (offered === undefined) await endWaiting(place.notes);
  const unlock = locked(place.notes);
  const mounts = liveMounts(place, livePlace, code);
  try {
    await mounts.closeUnused();
    await bring({
      ...{
        config: () => read.config,
        renew: () => read.renew(),
        records: place.records,
        notes: place.notes,
        store: storeOf(place),
        trusted,
        limit,
      },
      open: async () => {
        if (offered?.seal !== undefined) checkSeal(offered.seal, trusted, config.board.id);
        return releaseSource(flags.from, offered?.offer, { config, configFile: file }, say);
      },
      where: flags.from ?? (offered === undefined ? "the bundle" : "the bundle that was offered"),
      ...(offered !== undefined && { expected: offered.offer.release }),
      here: thisMachine(config.board.id, kernel(), place.kind),
      flags: flags.gate,
      stay: flags.stay,
      times: flags.times,
      ...(flags.tries !== undefined && { tries: flags.tries }),
      ...(rate !== undefined && { rate }),
      ask: (slot) => asked(place, slot, file),
      levels: ({ levels }) => {
        const boot = levelPlace(place);
        if (boot !== undefined && read.config.hardware === "linux")
          levelsOfBoth(boot, bootLevels(hardwarePlan(read.config)), answeredLevels(levels));
      },
      look: () => lookAtBoard(page),
      keep: (before) => writeBefore(join(place.notes, BEFORE_FILE), before),
      notice: (notice) => writeNotice(join(place.notes, NOTICE_FILE), notice),
      say,
      restart: () => restartBoard(place),
      live: {
        ...{ code, open: (slot) => mounts.open(slot), closeUnused: () => mounts.closeUnused() },
        runs: () => livePlace.running(),
        note: (live) => writeLive(livePlace, live),
        nowMs: () => performance.now(),
      },
      beside: () => readLive(livePlace),
      sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
      now: () => clock.date,
      at: () => clock.at,
    });
  } catch (error) {
    const { code } = error as { code?: string };
    throw new CliError(isRefusal(code) ? EXIT.refused : EXIT.failed, (error as Error).message);
  } finally {
    await mounts.closeUnused();
    unlock();
  }
}

function configIn(file: string): ReadConfig {
  try {
    return new ReadConfig(file);
  } catch (error) {
    throw new CliError(EXIT.usage, (error as Error).message);
  }
}

function locked(notes: string): () => void {
  try {
    return lockReceiving(notes);
  } catch (error) {
    throw new CliError(EXIT.refused, (error as Error).message);
  }
}

function storeOf(place: UpdatePlace) {
  return place.kind === "folder" ? new FolderSlots(place.folder) : new DiskSlots(place.slots);
}

async function asked(place: UpdatePlace, slot: Slot, config: string) {
  const used = await storeOf(place).use(slot);
  try {
    return await askRelease(used.folder, config);
  } finally {
    await used.release();
  }
}
