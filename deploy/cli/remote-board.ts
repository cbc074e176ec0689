/** A board that is reached over the system's own ssh, for verbs that its own release answers there. */

import { spawn, spawnSync } from "node:child_process";
import { basename } from "node:path";
import { DEFAULT_ROOT, endOf, NOT_THERE, type RemotePlace, remoteCommand, SSH } from "../update/remote.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { type Flags, textOf } from "./flags.ts";

/**
 * `pi@greenhouse.local`, `greenhouse.local`, or a name alone, as `hostOf` takes it. Throws `CliError` for a word that is none of
 * them.
 */
export function remoteBoard(target: string, flags: Flags): RemotePlace {
  if (!/^([\w.-]+@)?[A-Za-z0-9][\w.:%-]*$/.test(target))
    throw new CliError(EXIT.usage, `"${target}" is no board; give its name, or user@host as ssh takes it`);
  const way = wayThere(flags);
  return { target: hostOf(target, way.via), ...way };
}

/** How boards are reached, and where slots are there. `ssh`: unless `--via` names another. */
export function wayThere(flags: Flags, ssh = SSH): Omit<RemotePlace, "target"> {
  const via = textOf(flags.via)?.split(" ").filter(Boolean) ?? ssh;
  return { via: via as [string, ...string[]], root: textOf(flags.root) ?? DEFAULT_ROOT };
}

/**
 * A name alone is the user's own for a machine, where the configuration of ssh has it (`Host greenhouse`), else that of a board on
 * its network: `greenhouse.local`. All else is what it is, and so are names for another program than ssh.
 */
export function hostOf(target: string, [program, ...words]: RemotePlace["via"]): string {
  if (basename(program) !== "ssh" || target === "localhost" || !/^[\w-]+$/.test(target)) return target;
  // Where it would connect to (`-G`, ssh(1)); nothing of a program that cannot be started: who calls it says so.
  const { stdout } = spawnSync(program, [...words, "-G", target], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const host = /^hostname (.*)$/m.exec(stdout ?? "")?.[1] ?? target;
  return host === target ? `${target}.local` : target;
}

/**
 * Runs a verb of the board's own release there; what it says is said here, and its exit code is this one's. Ends when it does,
 * or with this process. Throws `CliError` where nobody is reached, or no release is there.
 */
export async function runOnBoard(place: RemotePlace, words: readonly string[]): Promise<void> {
  const [program, ...before] = place.via;
  const child = spawn(program, [...before, place.target, remoteCommand(place.root, words)], {
    stdio: "inherit",
  });
  const code = await endOf(child, place).catch((error: Error) => {
    // A program that cannot be started has said by itself what helps.
    const remedy =
      error.cause === undefined ? `: ${sshRemedy(place)}. A board of this machine needs no name` : "";
    throw new CliError(EXIT.unreachable, `${error.message}${remedy}`);
  });
  if (code === NOT_THERE)
    throw new CliError(
      EXIT.failed,
      `${place.target} has no Holdfast in ${place.root}; bring it there with holdfast push, or say where it is with --root`,
    );
  process.exitCode = code;
}

/** What helps where ssh ended by itself; what it said of it stands above. */
export function sshRemedy({ target, via: [program] }: Pick<RemotePlace, "target" | "via">): string {
  return (
    `try "${program} ${target}" by hand. Name unknown: give an address, user@192.168.1.20. Permission denied: put your ` +
    `key there with ssh-copy-id ${target} (on Holdfast OS: "sshKeys" in the provisioning file)`
  );
}
