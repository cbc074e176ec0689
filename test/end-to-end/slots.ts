/**
 * A board that is started from slots on this machine, and releases for it: folders with a program that runs this checkout, or
 * does what a bad release does. `ssh` is a shell script that runs what it is told here.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ok } from "uvu/assert";
import { makeReleaseKeys, readSigningKey } from "../../deploy/release/release-key.ts";
import { type KeptNotice, readNotice } from "../../deploy/update/notice.ts";
import { SlotFile } from "../../deploy/update/slot-file.ts";
import { SLOT_PROGRAM, SLOT_PROGRAM_TEXT } from "../../deploy/update/slot-program.ts";
import type { SlotRecord } from "../../deploy/update/slot-record.ts";
import { firstRecord } from "../../deploy/update/slot-steps.ts";
import { demoFile, demoWith, PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { aBundleOf } from "../deploy/update/a-place.ts";
import type { SpecContext } from "../harness/spec.ts";
import { Board, cliFile } from "./board.ts";

/** What `bin/holdfast` of a release does before it does what it should. */
export const RELEASES = {
  good: "",
  /** It ends at once, whenever the board is to run. */
  crashes: 'if [ "$1" = run ]; then exit 1; fi',
  /** It starts, and its program never answers. */
  hangs: 'if [ "$1" = run ]; then sleep 1000 & nap=$!; trap "kill $nap; exit 0" TERM; wait; exit 0; fi',
  /** It knows no broker. */
  alone: "export HOLDFAST_BROKER=mqtt://127.0.0.1:1",
  /** It does not take this board's configuration. */
  picky: 'if [ "$1" = check ]; then echo "climate: no such driver"; exit 2; fi',
} as const;

/**
 * Its loops have nothing to do: on a machine that is busy they would have begun by the time that the gate asks for safe outputs.
 * Nor does anything go a step down there, which a trial would take for the release's fault.
 */
const QUIET = demoWith(
  ["controllers.thermostat.settings.setpointC", 10],
  ["controllers.irrigation.settings.thresholdPercent", 10],
  ...patient(
    ["climate", "soil", "light", "button", "heater", "pump", "fan", "led"],
    ["thermostat", "irrigation"],
  ),
);

const program = (before: string) => `#!/bin/sh\n${before}\nexec ${process.execPath} ${cliFile} "$@"\n`;

/** For one test. */
export function workFolder(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-update-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** What a command printed has this in it; if not, all of it is shown. */
export function says(text: string, part: string): void {
  ok(text.includes(part), `"${part}" is not in:\n${text}`);
}

/** A command that has ended: its exit code and all that it printed. */
export interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** A machine without Holdfast, a bundle for it, and the command line. */
export async function bareMachine(
  t: SpecContext,
  work: string,
  ssh: { readonly target: string; readonly via: string } = { target: "pi@here", via: fakeSsh(work) },
) {
  const root = join(work, "opt/holdfast");
  mkdirSync(join(work, "opt"), { recursive: true });
  const { pub, key } = makeReleaseKeys(join(work, "keys"), "release");
  const files = { "bin/holdfast": program(""), "board.config.json": readFileSync(demoFile, "utf8") };
  let made = 0;
  return {
    root,
    bundle: () =>
      aBundleOf(join(work, `release-${++made}`), files, { created: createdAt(made) }, readSigningKey(key)),
    push: (bundle: string, ...words: readonly string[]) => {
      const place = ["--via", ssh.via, "--root", root, "--trust", pub];
      return command(t, "push", ssh.target, bundle, ...place, ...words);
    },
    pushFleet: (boards: object, bundle: string, ...words: readonly string[]) => {
      const file = join(work, "boards.json");
      writeFileSync(file, JSON.stringify(boards));
      const place = ["--via", ssh.via, "--root", root];
      return command(t, "push", "--fleet", file, bundle, ...place, ...words);
    },
  };
}

export interface SlotBoard {
  readonly board: Board;
  readonly root: string;
  /** File of the key that its releases are signed with. */
  readonly key: string;
  record(): SlotRecord;
  notice(): KeptNotice | undefined;
  /** Makes a bundle of a release, newer than all before it. */
  bundle(kind: keyof typeof RELEASES): Promise<string>;
  /** `holdfast push`. */
  push(bundle: string, ...words: readonly string[]): Promise<Ended>;
  /** `holdfast offer`, over the broker at `url`. */
  offer(bundle: string, url: string, ...words: readonly string[]): Promise<Ended>;
}

/** Starts it; nothing is waited for. `broker`: an external one. */
export async function slotBoard(t: SpecContext, work: string, broker?: string): Promise<SlotBoard> {
  const root = join(work, "slots");
  mkdirSync(join(root, "a/bin"), { recursive: true });
  writeFileSync(join(root, "a/bin/holdfast"), program(""), { mode: 0o755 });
  writeFileSync(join(root, SLOT_PROGRAM), SLOT_PROGRAM_TEXT, { mode: 0o755 });
  symlinkSync("a", join(root, "current"));
  writeFileSync(join(root, "board.config.json"), QUIET);
  const keys = makeReleaseKeys(join(work, "keys"), "release");
  const key = readSigningKey(keys.key);
  mkdirSync(join(root, "release-keys"));
  writeFileSync(join(root, "release-keys/release.pub"), key.trusted.pem);
  const records = new SlotFile(root);
  records.write(firstRecord("aa".repeat(16)));
  const board = await Board.launch({
    config: QUIET,
    command: ["sh", join(root, SLOT_PROGRAM), "run", "--json"],
    env: { ...PATIENT_ANSWERS, ...(broker !== undefined && { HOLDFAST_BROKER: broker }) },
  });
  t.defer(() => board.discard());
  writeFileSync(join(root, "environment"), `export HOLDFAST_HTTP_PORT=${board.httpPort}\n`);
  const ssh = fakeSsh(work);
  let made = 0;
  return {
    board,
    root,
    key: keys.key,
    record: () => records.read()!,
    notice: () => readNotice(readText(join(root, "notice.json"))),
    bundle: (kind) => {
      const created = createdAt(++made);
      return aBundleOf(
        join(work, `${kind}-${made}`),
        { "bin/holdfast": program(RELEASES[kind]) },
        { created },
        key,
      );
    },
    push: (bundle, ...words) => command(t, "push", "pi@here", bundle, "--via", ssh, "--root", root, ...words),
    offer: (bundle, url, ...words) => command(t, "offer", bundle, "--url", url, ...words),
  };
}

function command(t: SpecContext, ...words: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [cliFile, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => {
        text += data.toString();
      });
    t.defer(() => child.kill("SIGKILL"));
    child.on("close", (code) => done({ code, text }));
  });
}

/** Stands where ssh stands: runs the command line here. */
function fakeSsh(work: string): string {
  const file = join(work, "ssh");
  writeFileSync(file, '#!/bin/sh\n[ "$1" = pi@here ] || exit 255\nexec sh -c "$2"\n', { mode: 0o755 });
  return file;
}

/** Each newer than the one before. */
function createdAt(count: number): string {
  return new Date(Date.UTC(2026, 10, 26) + count * 1000).toISOString().replace(".000", "");
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // no update yet
  }
}
