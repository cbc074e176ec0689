/** An update as whoever pushes sees it: sends what is asked for, then watches until the board has made up its mind. */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { BringWord } from "./bring.ts";
import type { ByteSource } from "./byte-source.ts";
import { answerRead } from "./pipe-source.ts";
import { endOf, NOT_THERE, type RemotePlace, remoteCommand, startRemote } from "./remote.ts";
import { UpdateError } from "./update-error.ts";
import { watchTrial } from "./watch-trial.ts";

export interface PushPlan {
  readonly place: RemotePlace;
  readonly source: ByteSource;
  /** For `holdfast receive` there. */
  readonly words: readonly string[];
  readonly say: (word: PushWord) => void;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  /** `said`: what the board says of its refusal is in the error alone; else it is on standard error as it comes. */
  readonly stderr?: "said";
  /** Between two connections after the restart, ms. */
  readonly everyMs?: number;
  /** Longest that a trial may take, ms: three boots of up to half an hour, and the way there and back. */
  readonly limitMs?: number;
}

/** How it goes: of the transfer, and of the trial. */
export type PushWord =
  | BringWord
  | { readonly trial: { readonly silentS: number; readonly state: string; readonly reason: string } };

/** `installed`: only into its slot, or it runs there already. */
export interface PushEnd {
  readonly how: "confirmed" | "installed" | "reverted" | "unreachable" | "fellBack";
  readonly version: string;
  readonly reason: string;
  /** Without a restart. */
  readonly live?: true;
  /** It was what runs there before the push. */
  readonly runs?: true;
}

/** How long the connection may outlive the restart, ms. */
const GOODBYE_MS = 10_000;

/**
 * Throws `UpdateError`: `noSlots` where there is no Holdfast, `refused` and `interrupted` when the board says so itself (its words are
 * on standard error by then), `unreachable` when it could not be reached, or is not again after the restart.
 */
export async function push(plan: PushPlan): Promise<PushEnd> {
  const sent = await send(plan);
  const { release, version } = sent.received;
  if (sent.live !== undefined) return { ...sent.live, version };
  if (!sent.restarts)
    return { how: "installed", version, reason: "", ...(sent.received.how === "running" && { runs: true }) };
  return { ...(await watchTrial(plan, release)), version };
}

interface Sent {
  readonly received: { readonly release: string; readonly version: string; readonly how: string };
  readonly restarts: boolean;
  /** It went live, and this became of it. */
  readonly live?: Pick<PushEnd, "how" | "reason" | "live">;
}

async function send({ place, source, words, say, stderr }: PushPlan): Promise<Sent> {
  const command = remoteCommand(place.root, ["receive", ...words]);
  const child = startRemote(place, command, stderr === "said" ? "pipe" : "inherit");
  let lastWords = "";
  child.stderr?.on("data", (data: Buffer) => {
    lastWords = `${lastWords}${data}`.slice(-1000);
  });
  const ended = endOf(child, place);
  ended.catch(() => {}); // waited for below
  child.stdin!.on("error", () => {}); // it ended: its exit code says how
  child.stdin!.write(`${JSON.stringify({ size: source.bytes })}\n`);
  let received: Sent["received"] | undefined;
  let restarts = false;
  let live: Sent["live"];
  for await (const line of createInterface({ input: child.stdout! })) {
    const word = parsed(line);
    if (word === undefined) continue; // what a login prints
    if ("read" in word) await answerRead(word.read, source, child.stdin!);
    else say(word);
    if ("received" in word) received = word.received;
    if ("liveEnd" in word) {
      const { how, reason, restarted } = word.liveEnd;
      live = { how, reason, ...(!restarted && { live: true }) };
    }
    if ("restarting" in word) {
      restarts = true;
      break;
    }
  }
  child.stdin!.end();
  if (received !== undefined && restarts) {
    // The board may take the connection along, and a machine that reboots says nothing.
    const limit = new AbortController();
    await Promise.race([
      ended.catch(() => {}),
      delay(GOODBYE_MS, undefined, { signal: limit.signal }).catch(() => {}),
    ]);
    limit.abort();
    child.kill();
    return { received, restarts };
  }
  const code = await ended.catch((error: Error) => {
    throw received === undefined ? error : goesOn(error);
  });
  if (code === NOT_THERE)
    throw new UpdateError(
      "noSlots",
      `there is no Holdfast on ${place.target} that could take a release; the first one is installed by holdfast push ${place.target} x.holdfast`,
    );
  const why = lastWords.trim() === "" ? "" : `: ${lastWords.trim().replace(/^holdfast: /, "")}`;
  if (code === 3) throw new UpdateError("refused", `${place.target} refused the release${why}`);
  if (code !== 0 || received === undefined)
    throw new UpdateError(
      "interrupted",
      `${place.target} did not take the release (exit code ${code})${why}`,
    );
  return { received, restarts, ...(live !== undefined && { live }) };
}

/** What the board has it does not need its pusher for. */
function goesOn(error: Error): UpdateError {
  const help = "holdfast update there says how it stands, and the same push again follows it";
  return new UpdateError(
    "unreachable",
    `${error.message}; the release is in its slot, and the board goes on by itself: ${help}`,
    error,
  );
}

type Line = BringWord | { readonly read: { readonly from: number; readonly to: number } };

function parsed(line: string): Line | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}
