/** `holdfast push`: brings a release to a board over ssh and stays until the board has confirmed it or gone back. */
import { fileSource } from "../update/file-source.ts";
import { type PushEnd, type PushWord, push } from "../update/push.ts";
import type { RemotePlace } from "../update/remote.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { Progress } from "./progress.ts";

export interface PushFlags {
  readonly json: boolean;
  readonly place: RemotePlace;
  readonly file: string;
  /** For the board: `--now` and the like. */
  readonly words: readonly string[];
}

/** Exit 1 when the board went back, 3 when it refused the release, 4 when it was not reached. */
export async function pushRelease({ json, place, file, words }: PushFlags): Promise<void> {
  const source = await fileSource(file);
  const view = json ? jsonView() : textView();
  try {
    const end = await push({
      ...{ place, source, words },
      say: view,
      sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
      nowMs: () => performance.now(),
    });
    process.stdout.write(json ? `${JSON.stringify({ end })}\n` : `${endText(place.target, end)}\n`);
    if (end.how !== "confirmed" && end.how !== "installed") process.exitCode = EXIT.failed;
  } catch (error) {
    throw asCliError(error);
  } finally {
    await source.close();
  }
}

/** In the words of the command line. */
export function asCliError(error: unknown): unknown {
  const { name, code, message } = error as { name?: string; code?: string; message: string };
  if (name !== "UpdateError") return error;
  const exit = { refused: EXIT.refused, unreachable: EXIT.unreachable }[code ?? ""] ?? EXIT.failed;
  return new CliError(exit, message);
}

export function endText(target: string, { how, version, reason }: PushEnd): string {
  switch (how) {
    case "confirmed":
      return `${target} runs ${version}: what was good before is good after`;
    case "installed":
      return `${target} has ${version} in its slot`;
    case "unreachable":
      return `${target} went back from ${version}, for its link alone: ${reason}; it takes the release again`;
    default:
      return `${target} went back from ${version}: ${reason}; it takes the release again with --retry`;
  }
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
    else if ("received" in word) line(receivedText(word.received));
    else if ("waiting" in word) line(`waits: ${word.waiting.join("; ")} (--now does not wait)`);
    else if ("restarting" in word) line(restartText(word.restarting));
    else line(trialText(word.trial));
  };
}

function receivedText({ how, version, slot }: Extract<PushWord, { received: object }>["received"]): string {
  if (how === "running") return `${version} runs there already`;
  return how === "here"
    ? `${version} is in slot ${slot} already`
    : `${version} is in slot ${slot}, read back`;
}

function restartText({ slot, drops }: Extract<PushWord, { restarting: object }>["restarting"]): string {
  const dropped = drops.length === 0 ? "" : `; goes to its safe level: ${drops.join(", ")}`;
  return `restarts into slot ${slot}${dropped}`;
}

/** A board that is silent for a while restarts. */
function trialText({ silentS, state, reason }: Extract<PushWord, { trial: object }>["trial"]): string {
  if (silentS >= 60) return "does not answer for more than a minute";
  if (silentS > 0 || state === "") return "starts";
  return [state === "trial" ? "on trial" : state, reason].filter(Boolean).join(": ");
}
