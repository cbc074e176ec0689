/** `holdfast trial`: watches over a release that is on trial, and gives its verdict. Started beside the board, not by people. */
import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { join } from "node:path";
import { goBeforeTheGuardian } from "../board/memory-rank.ts";
import { BUILT_AT_MS } from "../board/version.ts";
import { WallClock } from "../board/wall-clock.ts";
import { livePlaceOf } from "../code/live-place.ts";
import { loadConfig } from "../config/load-config.ts";
import { BEFORE_FILE, readBefore } from "../update/before-update.ts";
import { lookAtBoard } from "../update/look-at-board.ts";
import { NOTICE_FILE, writeNotice } from "../update/notice.ts";
import { againstGoingBack } from "../update/restart-gate.ts";
import { runTrial } from "../update/run-trial.ts";
import type { UpdatePlace } from "../update/update-place.ts";

/** The board's own work comes first. */
const NICE = 10;

export interface TrialFlags {
  readonly json: boolean;
  readonly place: UpdatePlace;
  readonly page: string;
  /** The board's configuration. */
  readonly config: string;
}

/** Ends with the verdict; throws when the record cannot be read or written. */
export async function trial({ json, place, page, config: file }: TrialFlags): Promise<void> {
  goBeforeTheGuardian();
  setPriority(NICE);
  const say = (text: string, values: object) =>
    process.stdout.write(json ? `${JSON.stringify(values)}\n` : `${text}\n`);
  const { config } = loadConfig(file);
  const look = () => lookAtBoard(page);
  const clock = new WallClock({ floorMs: BUILT_AT_MS });
  const outcome = await runTrial({
    records: place.records,
    runs: livePlaceOf(place).running(),
    before: (release) => readBefore(join(place.notes, BEFORE_FILE), release),
    look,
    // A board that cannot read its configuration drives nothing.
    against: async () => (config === undefined ? [] : againstGoingBack({ config, look, now: clock.date })),
    notice: (notice) => writeNotice(join(place.notes, NOTICE_FILE), notice),
    restart: () => restartBoard(place),
    nowMs: () => performance.now(),
    at: () => clock.at,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    onView: ({ state, missing }) =>
      say(`trial: ${[state, ...missing].join("; ")}`, { trial: { state, missing } }),
  });
  say(`trial: ${outcome}`, { outcome });
}

/**
 * In a session of its own, since the board may take this process along. Resolves when it has been ordered: systemd kills what
 * a service leaves behind (systemd.kill(5), KillMode), and who ends before would never have the board started again.
 */
export function restartBoard({ restart: [program, ...words] }: Pick<UpdatePlace, "restart">): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(program, words, { stdio: "ignore", detached: true });
    child.once("error", failed);
    child.once("exit", () => done());
  });
}
