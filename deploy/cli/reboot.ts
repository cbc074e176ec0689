/**
 * `holdfast reboot`, on the board: starts its machine again, in order, when nothing drops by that; else says what would and
 * asks. The machine's own way down brings every output to its safe level first.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { BUILT_AT_MS } from "../board/version.ts";
import { WallClock } from "../board/wall-clock.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { lookAtBoard } from "../update/look-at-board.ts";
import { againstRestart } from "../update/restart-gate.ts";
import { Dialog } from "./dialog.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface RebootFlags {
  readonly json: boolean;
  /** Whatever drops. */
  readonly now: boolean;
  /** The board's configuration. */
  readonly config: string;
  readonly page: string;
  /** Instead of what this machine has, for a shell: `HOLDFAST_REBOOT`. */
  readonly command?: string;
}

/** A command that has not failed by then is on its way. */
const LEFT_ALONE_MS = 3000;

/** Throws `CliError`: exit 3 when it was not to be, 2 for a configuration with problems; the machine then goes on. */
export async function reboot(flags: RebootFlags): Promise<void> {
  const { json, now, config: file, page, command } = flags;
  const way = command === undefined ? wayDown() : (["/bin/sh", "-c", command] as const);
  const against = await againstRestart({
    config: configIn(file),
    look: () => lookAtBoard(page),
    now: new WallClock({ floorMs: BUILT_AT_MS }).date,
  });
  if (against.length > 0 && !now && !(await allowed(against)))
    throw new CliError(
      EXIT.refused,
      `not restarted: ${against.join("; ")}. Have outputs go safe first (holdfast set ... off), or allow it with --now`,
    );
  process.stdout.write(
    json
      ? `${JSON.stringify({ restarting: { drops: against } })}\n`
      : `the machine starts again${against.length === 0 ? ": every output is safe" : `, although ${against.join("; ")}`}\n`,
  );
  const [program, ...words] = way;
  await started(program, words);
}

/** systemd's, or that of Holdfast OS. Throws `CliError` where there is neither. */
function wayDown(): readonly [string, ...string[]] {
  if (existsSync("/run/holdfast-slot")) return ["/sbin/reboot"];
  if (existsSync("/run/systemd/system")) return ["systemctl", "reboot"];
  throw new CliError(
    EXIT.failed,
    "this machine has neither systemd nor Holdfast OS: nobody would bring its outputs to their safe levels on the way down. " +
      "End the board (Ctrl-C in its terminal), then restart the machine; or name the command that does both in HOLDFAST_REBOOT",
  );
}

function configIn(file: string): BoardConfig {
  const { config, problems = [], warnings } = loadConfig(file);
  if (config !== undefined) return config;
  throw new CliError(EXIT.usage, formatProblems(problems, warnings, file));
}

async function allowed(against: readonly string[]): Promise<boolean> {
  const dialog = new Dialog();
  for (const one of against) process.stderr.write(`${one}\n`);
  const answer = await dialog.ask("outputs go to their safe levels. Restart all the same? [y/N] ");
  dialog.close();
  return /^y(es)?$/i.test(answer);
}

/** Resolves when it runs, and waits no longer: the machine takes this process along. */
function started(program: string, words: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(program, words, { stdio: "ignore", detached: true });
    child.on("error", (error) =>
      failed(
        new CliError(EXIT.failed, `${program} cannot be started: ${error.message}; run it by hand, as root`),
      ),
    );
    child.on("exit", (code) =>
      code === 0
        ? done()
        : failed(
            new CliError(
              EXIT.failed,
              `${program} ended with ${code}: it may need root (sudo holdfast reboot)`,
            ),
          ),
    );
    setTimeout(() => {
      child.unref();
      done();
    }, LEFT_ALONE_MS).unref();
  });
}
