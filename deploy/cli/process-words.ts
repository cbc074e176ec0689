/** Processes and crashes in words for a terminal. */
import type { CellView, CrashEntry, ProcessReport } from "../../runtime/introspection/report.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import type { Verdict } from "../../runtime/watchdog/verdict.ts";
import { inSources } from "./source-places.ts";

/** `<greenhouse.pump.1>` as `pump.1`: the board stands above the table. */
export function shortPid(pid: string): string {
  return /^<[^.>]*\.(.*)>$/.exec(pid)?.[1] ?? pid;
}

/** The names it has, or what it was spawned as. */
export function whoIs({ names, label }: Pick<ProcessReport, "names" | "label">): string {
  return names.length > 0 ? names.join(", ") : label;
}

export function stateWords({ state, waitsFor, limited }: ProcessReport): string {
  if (state !== "waiting") return state;
  if (waitsFor === "time") return "sleeps";
  return `waits for ${waitsFor}${limited ? ", limited" : ""}`;
}

/** `mode full, restarts 2`. */
export function noteWords(notes: ProcessReport["notes"]): string {
  return Object.entries(notes)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

/** How it is with a cell that did not answer. */
export function silenceWords({ booting, running }: CellView): string {
  if (booting) return "starting";
  if (running === null) return "no answer";
  const { process, lateUs } = running;
  const late = formatDuration(Math.abs(lateUs) / 1000);
  return `no answer: process ${process} runs, ${lateUs > 0 ? `${late} past its limit` : `${late} left`}`;
}

export function bytes(count: number): string {
  return count < 1 << 20 ? `${Math.round(count / 1024)}K` : `${(count / (1 << 20)).toFixed(1)}M`;
}

/** One line: `12s ago  led.1 led  RangeError: x  (1 restart)`. */
export function crashLine(crash: CrashEntry, nowUs: number): string {
  const { pid, restarts, reason } = crash;
  const again = restarts === 0 ? "" : `  (restarts of the cell: ${restarts})`;
  return `${age(crash, nowUs)}  ${shortPid(pid)} ${whoIs(crash)}  ${describeReason(reason)}${again}`;
}

/** Everything that is known of a crash. */
export function crashLines(crash: CrashEntry, nowUs: number): readonly string[] {
  const { reason, handled, waiting, mailboxLength, messagesHandled, runUs, notes } = crash;
  const stack = typeof reason === "object" && "stack" in reason ? reason.stack.split("\n").slice(1) : [];
  const { watchdog } = crash;
  const known = noteWords(notes);
  const ran = `  ran ${formatDuration(runUs / 1000)}, took ${messagesHandled} messages${known === "" ? "" : `, ${known}`}`;
  return [
    crashLine(crash, nowUs),
    ...stack.map((line) => `    ${line.trim()}`),
    ...(watchdog === undefined ? [] : watchdogLines(watchdog)),
    ...(watchdog !== undefined
      ? []
      : runUs === 0
        ? ["  its cell was ended from outside: nothing else is known"]
        : [ran]),
    ...(handled.length === 0 ? [] : ["  the last it took:", ...handled.map((line) => `    ${line}`)]),
    ...(waiting.length === 0
      ? []
      : [`  waiting (${mailboxLength}):`, ...waiting.map((line) => `    ${line}`)]),
  ];
}

/** What the watchdog saw of a cell that it had ended. */
function watchdogLines({
  lateUs,
  asleep,
  behind,
  withoutCoreUs,
  collectorUs = 0,
  stack,
}: Verdict): readonly string[] {
  const late = formatDuration(lateUs / 1000);
  const why = [
    ...(asleep ? ["it did not wake up"] : []),
    ...(behind === undefined ? [] : [`process ${behind} ran before it`]),
    ...(withoutCoreUs === undefined
      ? []
      : [`its thread waited ${formatDuration(withoutCoreUs / 1000)} for a core`]),
    ...(collectorUs === 0 ? [] : [`the collector kept it for ${formatDuration(collectorUs / 1000)}`]),
  ];
  return [
    `  ${[`${late} past its time when it was seen`, ...why].join(", ")}; it was in:`,
    ...(stack === null
      ? ["    no JavaScript that could be seen"]
      : inSources(stack)
          .split("\n")
          .map((line) => `    ${line}`)),
  ];
}

function age({ atUs }: CrashEntry, nowUs: number): string {
  return `${formatDuration(Math.round((nowUs - atUs) / 1e6) * 1000)} ago`;
}
