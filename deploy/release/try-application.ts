/**
 * Starts an application before it is offered: as an emulated board, with the target's own Node, until a good reading is seen;
 * then stops it and wants it to end in order, with every output at its safe level. That proves programs, addons and their
 * loading, not the target's kernel.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Application } from "./application.ts";
import { GivenTime, threadTimes } from "./given-time.ts";
import { ReleaseError } from "./release-error.ts";
import { isNative, TARGETS } from "./target.ts";
import { lacksFor, targetNode } from "./target-node.ts";

/** Of time that the machine gave it (`given-time.ts`): an emulated processor takes ten times as long to start. */
const LIMIT_MS = 240_000;
/** By the clock, on a machine however busy. */
const LONGEST_MS = 1_800_000;
/** To stop in order, of such time as well. */
const STOP_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** How often it is looked how much time it had. */
const COUNT_EVERY_MS = 2000;
const LAST_LINES = 20;
/** What would reach beyond this machine, or ask more of it than somebody who builds may. */
const NOT_TRIED = ["mqtt", "links", "realtime", "watchdog"];

/** How it went. */
export type Trying =
  | { readonly tried: true; readonly firstReadingS: number; readonly under: string | null }
  | { readonly tried: false; readonly why: string };

/** Throws `ReleaseError` (`notStarted`) with the last that the board said. */
export async function tryApplication({ folder, target: name, config }: Application): Promise<Trying> {
  const target = TARGETS[name];
  const lacking = lacksFor(target);
  if (lacking !== undefined) return { tried: false, why: lacking };
  const aside = mkdtempSync(join(tmpdir(), "holdfast-try-"));
  try {
    const written = JSON.parse(readFileSync(join(folder, "board.config.json"), "utf8")) as object;
    const tame = Object.fromEntries(Object.entries(written).filter(([part]) => !NOT_TRIED.includes(part)));
    writeFileSync(join(aside, "board.config.json"), JSON.stringify(tame));
    const { command, environment } = targetNode(join(folder, "bin/node"), aside, target);
    const httpPort = await freePort();
    const program = [join(folder, "program/deploy/cli/main.js"), "run", join(aside, "board.config.json")];
    const ports = ["--http-port", `${httpPort}`, "--mqtt-port", `${await freePort()}`];
    const startedMs = performance.now();
    const board = spawn(command, [...program, "--emulated", ...ports, "--state", join(aside, "state")], {
      cwd: aside,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...ownEnvironment(aside), ...environment },
    });
    const seenMs = await seen(board, () => answers(httpPort, Object.keys(config.devices).length > 0));
    const firstReadingS = (seenMs - startedMs) / 1000;
    return { tried: true, firstReadingS, under: isNative(target) ? null : target.emulator.command };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Resolves to when `isUp` was true first, once the board has stopped in order. Throws `ReleaseError`. */
async function seen(board: ChildProcess, isUp: () => Promise<boolean>): Promise<number> {
  const said: string[] = [];
  for (const stream of [board.stdout!, board.stderr!]) stream.on("data", (text) => said.push(String(text)));
  let over: string | undefined;
  const ended = new Promise<void>((done) => {
    const end = (how: string) => {
      over = how;
      done();
    };
    board.on("error", (error) => end(error.message));
    board.on("close", (code, signal) => end(signal ?? `exit code ${code}`));
  });
  const fault = (what: string) => {
    const last = said.join("").trim().split("\n").slice(-LAST_LINES).join("\n");
    return new ReleaseError(
      "notStarted",
      `the release was started here, and ${what}. The last it said:\n${last}`,
    );
  };
  const startedMs = performance.now();
  const time = new GivenTime(() => (board.pid === undefined ? new Map() : threadTimes(board.pid)), startedMs);
  let countedMs = startedMs;
  let upMs = 0;
  try {
    while (!(await isUp())) {
      if (over !== undefined) throw fault(`it ended (${over})`);
      const nowMs = performance.now();
      if (nowMs - countedMs >= COUNT_EVERY_MS) {
        countedMs = nowMs;
        const late = tooLate(time.until(nowMs), nowMs - startedMs);
        if (late !== undefined) throw fault(late);
      }
      await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    }
    upMs = performance.now();
  } finally {
    board.kill("SIGINT");
    const stopMs = time.until(performance.now());
    const patience = setInterval(() => {
      if (time.until(performance.now()) - stopMs >= STOP_LIMIT_MS) board.kill("SIGKILL");
    }, COUNT_EVERY_MS);
    await ended;
    clearInterval(patience);
  }
  if (over !== "exit code 0") throw fault(`it did not stop in order (${over})`);
  return upMs;
}

/** What is to be said of a board that had so much time without a good reading; undefined: it has more. */
export function tooLate(givenMs: number, goneMs: number): string | undefined {
  const [given, gone] = [givenMs, goneMs].map((ms) => Math.round(ms / 1000));
  if (givenMs >= LIMIT_MS)
    return `there was no good reading within ${given} s that this machine had for it (${gone} s by the clock)`;
  if (goneMs < LONGEST_MS) return undefined;
  return `this machine had ${given} s for it in ${gone} s by the clock, too few to judge it: make the release when it has less else to do`;
}

/** Is the board up, with a reading that is good? Where it has no devices: is it up? */
async function answers(port: number, wantsReading: boolean): Promise<boolean> {
  try {
    const page = await fetch(`http://127.0.0.1:${port}/metrics`);
    return page.ok && (!wantsReading || /^holdfast_reading\{/m.test(await page.text()));
  } catch {
    return false; // not yet
  }
}

/** None of the limits, files and brokers of whoever makes the release; and the patience that an emulator needs. */
function ownEnvironment(home: string): Record<string, string> {
  const limits = ["PET", "KERNEL", "GUARDIAN"].map((who) => [`HOLDFAST_${who}_LIMIT`, "60s"]);
  return { PATH: process.env.PATH ?? "", HOME: home, ...Object.fromEntries(limits) };
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
