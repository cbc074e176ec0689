/** What a kernel said before it gave up, as a crash report. Pure. */
import { type CrashLine, crashLineText, isReport } from "./crash-record.ts";

/** Characters of its last lines: with the rest a report stays below its 4 KB. */
const MOST_TEXT = 3000;
/** `<4>[   12.345678] words`, as pstore keeps the kernel's log (Documentation/admin-guide/ramoops.rst). */
const PREFIX = /^<\d+>/;
/** Two messages of the kernel that say why (kernel/panic.c, arch/arm64/mm/fault.c). */
const REASONS = [/Kernel panic - not syncing: (.*)/, /Unable to handle kernel (.*)/];

/**
 * The report, a line with its end, for the life that ended with the kernel. `before`: what is kept so far; `dump`: a file of pstore.
 */
export function panicText(before: readonly CrashLine[], dump: string): string {
  const lines = dump
    .split("\n")
    .map((line) => line.replace(PREFIX, ""))
    .filter((line) => line.trim() !== "");
  const last = before.at(-1);
  const life = last?.life ?? "0".repeat(16);
  const report = {
    life,
    n: Math.max(0, ...before.filter((line) => line.life === life).map(({ n }) => n)) + 1,
    at: null,
    kind: "panic",
    cause: reasonIn(lines),
    stack: tail(lines),
  };
  return crashLineText(report as CrashLine);
}

/** Whether the report is kept already: a dump is removed after that, and a power cut may come between. */
export function hasPanic(before: readonly CrashLine[], text: string): boolean {
  const { stack } = JSON.parse(text) as { stack?: string };
  return before.some((line) => isReport(line) && line.kind === "panic" && line.stack === stack);
}

function reasonIn(lines: readonly string[]): string {
  for (const reason of REASONS) {
    const found = lines.find((line) => reason.test(line)); // the last line of a panic says it again
    if (found !== undefined) return reason.exec(found)![1]!;
  }
  return "the kernel gave up, and says no more than the lines below";
}

/** The last whole lines that fit. */
function tail(lines: readonly string[]): string {
  let from = lines.length;
  for (let length = 0; from > 0; from--) {
    length += lines[from - 1]!.length + 1;
    if (length > MOST_TEXT) break;
  }
  return lines.slice(from).join("\n");
}
