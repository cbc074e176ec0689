/** `holdfast push`: brings a release to a board over ssh and stays until the board has confirmed it or gone back. */
import { existsSync } from "node:fs";
import { readReleaseKey } from "../release/release-key.ts";
import type { ByteSource } from "../update/byte-source.ts";
import { install } from "../update/install.ts";
import { openBundle } from "../update/open-bundle.ts";
import { type PushWord, push } from "../update/push.ts";
import { notReached, type RemotePlace } from "../update/remote.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { Progress } from "./progress.ts";
import { endText, pushText } from "./push-words.ts";
import { sshRemedy } from "./remote-board.ts";

export interface PushFlags {
  /** Files of public keys: whose releases a machine takes that gets its first one. */
  readonly trust: readonly string[];
  /** A board.config.json for such a machine, instead of the release's own. */
  readonly config?: string;
  /** Such a machine is made a service, and started. */
  readonly start: boolean;
  readonly json: boolean;
  readonly place: RemotePlace;
  readonly file: string;
  /** For the board: `--now` and the like. */
  readonly words: readonly string[];
}

/**
 * A machine without Holdfast gets it. Exit 1 when the board went back, 3 when it refused the release, 4 when it was not
 * reached.
 */
export async function pushRelease(flags: PushFlags): Promise<void> {
  const { json, place, file, words } = flags;
  const { source } = await openBundle(file);
  const view = json ? jsonView() : textView();
  try {
    const end = await push({
      ...{ place, source, words },
      say: view,
      sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
      nowMs: () => performance.now(),
    });
    process.stdout.write(
      json
        ? `${JSON.stringify({ end })}
`
        : `${endText(place.target, end)}
`,
    );
    if (end.how !== "confirmed" && end.how !== "installed") process.exitCode = EXIT.failed;
  } catch (error) {
    if ((error as { code?: string }).code !== "noSlots") throw asCliError(error, place);
    await installed(flags, source);
  } finally {
    await source.close();
  }
}

async function installed(
  { json, place, file, trust, config, start }: PushFlags,
  source: ByteSource,
): Promise<void> {
  const say = (text: string) =>
    void (
      json ||
      process.stdout.write(`${text}
`)
    );
  say(`there is no Holdfast on ${place.target}: installs it in ${place.root}`);
  const missing = trust.find((key) => !existsSync(key));
  if (missing !== undefined)
    throw new CliError(
      EXIT.usage,
      `there is no ${missing}: --trust names the public key of whose releases it is to take`,
    );
  try {
    const { version } = await install({
      ...{ place, source, where: file, trusted: trust.map(readReleaseKey), start, say },
      ...(config !== undefined && { config }),
    });
    const how = start
      ? "runs it as a service"
      : `starts it with ${place.root}/slots run ${place.root}/board.config.json`;
    const text = `${place.target} has ${version} and ${how}`;
    process.stdout.write(
      json
        ? `${JSON.stringify({ end: { how: "installed", version, reason: "" } })}
`
        : `${text}
`,
    );
  } catch (error) {
    throw asCliError(error, place);
  }
}

/** In the words of the command line; of a board that ssh did not reach with what helps. */
function asCliError(error: unknown, place: RemotePlace): unknown {
  const { name, code, message } = error as { name?: string; code?: string; message: string };
  if (name !== "UpdateError") return error;
  const exit = { refused: EXIT.refused, unreachable: EXIT.unreachable }[code ?? ""] ?? EXIT.failed;
  const remedy = message === notReached(place) ? `: ${sshRemedy(place)}` : "";
  return new CliError(exit, `${message}${remedy}`);
}

function jsonView(): (word: PushWord) => void {
  return (word) => void process.stdout.write(`${JSON.stringify(word)}\n`);
}

function textView(): (word: PushWord) => void {
  const progress = new Progress();
  progress.begin("send");
  let shown = "";
  const line = (text: string) => {
    if (text !== shown) progress.end(text);
    shown = text;
  };
  return (word) => {
    if ("progress" in word)
      progress.show(word.progress.bytes / Math.max(word.progress.of, 1), word.progress.bytes);
    else line(pushText(word));
  };
}
