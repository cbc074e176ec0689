/** How the board's last life ended, by what it left behind. Pure. */
import {
  type BeginMark,
  type CrashLine,
  isReport,
  type KeptCrash,
  type LifeFacts,
  type UnorderlyEnd,
} from "./crash-record.ts";

/** For MQTT: a life that was not ended in order, and the last of what crashed in it. */
export interface LastLife {
  readonly what: UnorderlyEnd;
  readonly cause: string;
  /** Crashes of that life that are kept. */
  readonly count: number;
  /** The last of them, oldest first; without stacks, which `holdfast logs --crashes` shows. */
  readonly crashes: readonly Pick<KeptCrash, "at" | "kind" | "device" | "cause">[];
}

/** What a guardian knows of the runtime that it started before this one. */
export interface RuntimeEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** What told of its death first; absent when nothing did before its end. */
  readonly by?: string;
}

/** Crashes that are told. */
const FEW = 5;

/**
 * Of the life before `now`; undefined when there was none, or it ended in order. `boot`: why the machine came up, `end`:
 * what the guardian says.
 */
export function lastLife(
  lines: readonly CrashLine[],
  now: Pick<LifeFacts, "bootId" | "guardian">,
  { boot, end }: { readonly boot?: string; readonly end?: RuntimeEnd } = {},
): LastLife | undefined {
  const begin = lines.findLast((line): line is BeginMark => line.kind === "begin");
  if (begin === undefined) return undefined;
  const its = lines.filter(({ life }) => life === begin.life);
  if (its.some(({ kind }) => kind === "end")) return undefined;
  const what = whatEnded(begin, now);
  const crashes = its.filter((line): line is KeptCrash => isReport(line) && line.kind !== "ended");
  return {
    what,
    cause: endWords(what, { ...(boot !== undefined && { boot }), ...(end !== undefined && { end }) }),
    count: crashes.length,
    crashes: crashes.slice(-FEW).map(({ at, kind, device, cause }) => ({
      at,
      kind,
      ...(device !== undefined && { device }),
      ...(cause !== undefined && { cause }),
    })),
  };
}

/** For `status`: how the last life ended, and how many crashes of it are kept. */
export function lastEndStatus(last: LastLife | undefined): Readonly<Record<string, unknown>> {
  if (last === undefined) return {};
  const { what, cause, count } = last;
  return { lastEnd: { what, cause, crashes: count } };
}

function whatEnded(begin: BeginMark, now: Pick<LifeFacts, "bootId" | "guardian">): UnorderlyEnd {
  if (begin.bootId !== now.bootId) return "machine";
  return begin.guardian === now.guardian ? "runtime" : "guardian";
}

const BOOT_WORDS: Readonly<Record<string, string>> = {
  watchdog: "its watchdog reset it",
  powerOn: "its power was away",
  restart: "it was restarted",
  panic: "its kernel gave up (panic)",
  update: "it was restarted for an update",
  fallBack: "it fell back to the slot before",
};

const SIGN_WORDS: Readonly<Record<string, string>> = {
  pet: "its watchdog thread fell silent",
  pipe: "its pipe ended",
  proc: "the system was ending it",
  exit: "it exited",
};

function endWords(what: UnorderlyEnd, { boot, end }: { boot?: string; end?: RuntimeEnd }): string {
  if (what === "machine")
    return `the machine went down without an end: ${BOOT_WORDS[boot ?? ""] ?? "nothing tells why"}`;
  if (what === "guardian") return "the guardian ended, and the runtime with it";
  if (end === undefined) return "the runtime ended";
  const how = end.signal ?? `code ${end.code}`;
  const sign = SIGN_WORDS[end.by ?? ""];
  return `the runtime ended (${how}${sign === undefined ? "" : `; seen first: ${sign}`})`;
}
