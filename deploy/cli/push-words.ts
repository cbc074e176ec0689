/** How a push goes, in words. */
import type { PushEnd, PushWord } from "../update/push.ts";

/** A line for each word but progress, which is a bar. */
export function pushText(word: Exclude<PushWord, { progress: object }>): string {
  if ("received" in word) return receivedText(word.received);
  if ("waiting" in word) return `waits: ${word.waiting.join("; ")} (--now does not wait)`;
  if ("restarting" in word) return restartText(word.restarting);
  if ("bySlot" in word) return `goes by its slot, with a restart: ${word.bySlot}`;
  if ("live" in word) return liveText(word.live);
  if ("liveEnd" in word) return liveEndText(word.liveEnd);
  return trialText(word.trial);
}

export function endText(target: string, { how, version, reason, live, runs }: PushEnd): string {
  switch (how) {
    case "confirmed":
      return `${target} runs ${version}${live ? ", live and without a restart" : ""}: what was good before is good after`;
    case "installed":
      return runs ? `${target}: nothing to do` : `${target} has ${version} in its slot`;
    case "unreachable":
      return `${target} went back from ${version}, for its link alone: ${reason}; it takes the release again`;
    default:
      return `${target} went back from ${version}: ${reason}; it takes the release again with --retry`;
  }
}

function receivedText({ how, version, slot }: Extract<PushWord, { received: object }>["received"]): string {
  if (how === "running") return `${version} runs there already`;
  return how === "here"
    ? `${version} is in slot ${slot} already`
    : `${version} is in slot ${slot}, read back`;
}

function liveText({ state, missing }: Extract<PushWord, { live: object }>["live"]): string {
  return [`live, lines hold: ${state}`, ...missing].join("; ");
}

function liveEndText({ how, restarted }: Extract<PushWord, { liveEnd: object }>["liveEnd"]): string {
  if (how === "confirmed") return "stays; the next start runs all of the release";
  return restarted
    ? "the old code did not come back by itself: the board starts again with the release before"
    : "taken back live: the old code goes on, no restart";
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
