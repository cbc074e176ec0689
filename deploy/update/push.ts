/** An update as whoever pushes sees it: sends what is asked for, then watches until the board has made up its mind. */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { BringWord } from "./bring.ts";
import type { ByteSource } from "./byte-source.ts";
import type { KeptNotice } from "./notice.ts";
import { answerRead } from "./pipe-source.ts";
import { endOf, NOT_THERE, type RemotePlace, remoteCommand, runRemote, startRemote } from "./remote.ts";
import type { SlotRecord } from "./slot-record.ts";
import { UpdateError } from "./update-error.ts";

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
  /** Between two questions after the restart, ms. */
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
}

/** How long the connection may outlive the restart, ms. */
const GOODBYE_MS = 10_000;
const EVERY_MS = 2000;
const LIMIT_MS = 100 * 60_000;

/**
 * Throws `UpdateError`: `noSlots` where there is no Holdfast, `refused` and `interrupted` when the board says so itself (its words are
 * on standard error by then), `unreachable` when it could not be reached, or is not again after the restart.
 */
export async function push(plan: PushPlan): Promise<PushEnd> {
  const sent = await send(plan);
  const { release, version } = sent.received;
  if (!sent.restarts) return { how: "installed", version, reason: "" };
  return { ...(await watch(plan, release)), version };
}

interface Sent {
  readonly received: { readonly release: string; readonly version: string };
  readonly restarts: boolean;
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
  for await (const line of createInterface({ input: child.stdout! })) {
    const word = parsed(line);
    if (word === undefined) continue; // what a login prints
    if ("read" in word) await answerRead(word.read, source, child.stdin!);
    else say(word);
    if ("received" in word) received = word.received;
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
  const code = await ended;
  if (code === NOT_THERE)
    throw new UpdateError("noSlots", `there is no Holdfast on ${place.target} that could take a release`);
  const why = lastWords.trim() === "" ? "" : `: ${lastWords.trim().replace(/^holdfast: /, "")}`;
  if (code === 3) throw new UpdateError("refused", `${place.target} refused the release${why}`);
  if (code !== 0 || received === undefined)
    throw new UpdateError(
      "interrupted",
      `${place.target} did not take the release (exit code ${code})${why}`,
    );
  return { received, restarts };
}

/** Asks until the release is not on trial any more. */
async function watch(plan: PushPlan, release: string): Promise<Omit<PushEnd, "version">> {
  const { place, say, sleep, nowMs, everyMs = EVERY_MS, limitMs = LIMIT_MS } = plan;
  const startMs = nowMs();
  let heardMs = startMs;
  while (nowMs() - startMs < limitMs) {
    await sleep(everyMs);
    const found = await ask(place);
    const { record, notice } = found ?? {};
    if (found !== undefined) heardMs = nowMs();
    say({
      trial: {
        silentS: Math.round((nowMs() - heardMs) / 1000),
        state: notice?.state ?? "",
        reason: notice?.reason ?? "",
      },
    });
    if (record?.outcomeOf !== release || record.trying !== undefined || record.outcome === "none") continue;
    return { how: record.outcome, reason: record.reason };
  }
  throw new UpdateError(
    "unreachable",
    `${place.target} did not say within ${Math.round(limitMs / 60_000)} min what became of the release; ask it: holdfast update`,
  );
}

/** Undefined while it does not answer. */
async function ask(place: RemotePlace): Promise<{ record?: SlotRecord; notice?: KeptNotice } | undefined> {
  try {
    const { code, text } = await runRemote(place, remoteCommand(place.root, ["update", "--json"]), {
      stderr: "ignore",
    });
    if (code !== 0) return undefined;
    const found = parsed(text.trim().split("\n").at(-1) ?? "") as
      | { record: SlotRecord | null; notice: KeptNotice | null }
      | undefined;
    if (found === undefined) return undefined;
    return { ...(found.record && { record: found.record }), ...(found.notice && { notice: found.notice }) };
  } catch {
    return undefined; // it starts again
  }
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
