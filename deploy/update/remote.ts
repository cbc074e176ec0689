/**
 * A machine that is reached by a command such as the system's own ssh: its keys, its configuration, its questions. What runs
 * there is found there, so nothing has to be known of it here.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { UpdateError } from "./update-error.ts";

export interface RemotePlace {
  /** `user@host`, as the command takes it. */
  readonly target: string;
  /** Program and first words; target and command line follow. */
  readonly via: readonly [string, ...string[]];
  /** Folder of slots there. */
  readonly root: string;
}

export const SSH: readonly [string, ...string[]] = [
  "ssh",
  "-o",
  "ServerAliveInterval=10",
  "-o",
  "ServerAliveCountMax=3",
  "-o",
  "ConnectTimeout=15",
];
/** For who pushes to many: nobody is asked for a password. */
export const SSH_UNATTENDED: readonly [string, ...string[]] = [...SSH, "-o", "BatchMode=yes"];
export const DEFAULT_ROOT = "/opt/holdfast";

/** What ssh itself ends with when it fails (ssh(1), EXIT STATUS). */
const SSH_FAILED = 255;
/** As a shell says that there is no such program. */
export const NOT_THERE = 127;

/**
 * The command line of a verb there: by the slots of a folder, as Holdfast OS has it, or by whatever is called holdfast.
 * Ends with 127 where none of these is.
 */
export function remoteCommand(root: string, words: readonly string[]): string {
  const verb = words.map(shellWord).join(" ");
  return [
    `if [ -x ${shellWord(`${root}/slots`)} ]; then`,
    `as=; [ -w ${shellWord(`${root}/record`)} ] || as="sudo -n"`,
    `exec $as ${shellWord(`${root}/slots`)} ${verb}; fi`,
    "if [ -f /run/holdfast-slot ]; then . /run/holdfast-slot",
    "if [ -f /data/system/environment ]; then . /data/system/environment; fi",
    "export HOLDFAST_SLOTS=disk:$disk HOLDFAST_CONFIG=/data/config/board.config.json HOLDFAST_STATE=/data/state",
    `exec /app/bin/holdfast ${verb}; fi`,
    `exit ${NOT_THERE}`,
  ].join("\n");
}

/** One word for a POSIX shell. */
export function shellWord(word: string): string {
  return /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Starts a command line there; its standard error is this one's. */
export function startRemote(
  { via, target }: RemotePlace,
  command: string,
  stderr: "inherit" | "ignore" | "pipe" = "inherit",
): ChildProcess {
  const [program, ...words] = via;
  return spawn(program, [...words, target, command], { stdio: ["pipe", "pipe", stderr] });
}

/** Runs a command line there to its end. Rejects with `UpdateError` `unreachable` when it could not be started. */
export async function runRemote(
  place: RemotePlace,
  command: string,
  { input, stderr = "inherit" }: { input?: AsyncIterable<Uint8Array>; stderr?: "inherit" | "ignore" } = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const child = startRemote(place, command, stderr);
  const parts: Buffer[] = [];
  child.stdout!.on("data", (part: Buffer) => parts.push(part));
  child.stdin!.on("error", () => {}); // its end says why
  const ended = endOf(child, place);
  if (input !== undefined)
    for await (const chunk of input)
      if (!child.stdin!.write(chunk))
        await Promise.race([new Promise((done) => child.stdin!.once("drain", done)), ended]);
  child.stdin!.end();
  const code = await ended;
  return { code, text: Buffer.concat(parts).toString() };
}

/** What is said where ssh ended by itself: it has said why. */
export function notReached({ via: [program], target }: Pick<RemotePlace, "via" | "target">): string {
  return `${program} did not reach ${target}`;
}

/** Its exit code. Rejects with `UpdateError` `unreachable` when it could not be started or reached nobody. */
export function endOf(child: ChildProcess, { via: [program], target }: RemotePlace): Promise<number> {
  return new Promise((done, failed) => {
    child.on("error", (error) =>
      failed(
        new UpdateError(
          "unreachable",
          `${program} cannot be started: ${error.message}; install it, or name another with --via`,
          error,
        ),
      ),
    );
    child.on("close", (code) => {
      if (code === SSH_FAILED) failed(new UpdateError("unreachable", notReached({ via: [program], target })));
      else done(code ?? 1);
    });
  });
}
