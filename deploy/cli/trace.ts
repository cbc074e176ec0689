import type { TraceEntry } from "../../runtime/introspection/report.ts";
import { followBoard, type OperatorFlags } from "./operator-client.ts";
import { shortPid } from "./process-words.ts";

export interface TraceFlags extends OperatorFlags {
  readonly for?: string;
  readonly kinds: readonly string[];
  readonly tags: readonly string[];
}

type Line = TraceEntry | { readonly ended: { readonly entries: number; readonly lost: number } };

/** `holdfast trace`: what the processes of a board do as they do it, for a time, or until Ctrl-C. */
export async function trace(processes: readonly string[], flags: TraceFlags): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const query = new URLSearchParams([
    ...(flags.for === undefined ? [] : [["for", flags.for]]),
    ...processes.map((one) => ["process", one]),
    ...flags.kinds.map((kind) => ["kind", kind]),
    ...flags.tags.map((tag) => ["tag", tag]),
  ] as [string, string][]);
  let firstUs: number | undefined;
  for await (const line of followBoard<Line>(flags, "/trace", query, stop.signal)) {
    if (flags.json) {
      process.stdout.write(`${JSON.stringify(line)}\n`);
    } else if ("ended" in line) {
      process.stdout.write(`${endLine(line.ended, processes)}\n`);
    } else {
      firstUs ??= line.atUs;
      process.stdout.write(`${traceLine(line, firstUs)}\n`);
    }
  }
}

/** What stands below a trace; of one without an entry, what may be the matter. */
export function endLine(
  { entries, lost }: { readonly entries: number; readonly lost: number },
  processes: readonly string[],
): string {
  if (entries === 0 && processes.length > 0)
    return `0 entries: they did nothing of that, or there is no ${processes.join(", ")} (holdfast ps lists all processes)`;
  return `${entries} entries${lost === 0 ? "" : `, ${lost} more came too fast and are lost`}`;
}

/** `  0.001234  pump.1 pump  send > thermostat.1  {type: "driven"}`; seconds since the first line. */
export function traceLine({ atUs, kind, pid, label, other, text }: TraceEntry, firstUs: number): string {
  const seconds = ((atUs - firstUs) / 1e6).toFixed(6).padStart(10);
  const who = pid === null ? "(outside)" : `${shortPid(pid)}${label === null ? "" : ` ${label}`}`;
  const whom = other === null ? "" : `${kind === "spawn" ? "<" : ">"} ${shortPid(other)}`;
  return [seconds, who.padEnd(24), kind.padEnd(7), whom.padEnd(whom === "" ? 0 : 16), text]
    .filter((part) => part !== "")
    .join("  ");
}
