/** Findings drawn for a terminal: a group after the other, a mark before each, what helps below what is wanting. */
import type { Finding, GroupedFinding } from "../doctor/finding.ts";

export interface DoctorView {
  readonly version: string;
  /** Escape sequences: for terminals only. */
  readonly colour: boolean;
  /** Columns; default 100, or those of a narrower terminal. */
  readonly width?: number;
}

const COLUMNS = 100;
const NARROWEST = 40;
const MARKS = { ok: "✓", advice: "!", problem: "✗" } as const;
const COLOURS = { ok: 32, advice: 33, problem: 31 } as const;

/** The text, ending with a line that counts and a line feed. Lines are no wider than `width`; a path may be. */
export function doctorText(findings: readonly GroupedFinding[], view: DoctorView): string {
  const width = Math.max(NARROWEST, Math.min(COLUMNS, view.width ?? process.stdout.columns ?? COLUMNS));
  const lines: string[] = [`holdfast doctor ${view.version}`];
  let last = "";
  for (const { group, finding } of findings) {
    if (group !== last) lines.push("", painted(1, group, view));
    last = group;
    lines.push(...findingLines(finding, width, view));
  }
  return `${[...lines, "", countLine(findings, view)].join("\n")}\n`;
}

function findingLines(finding: Finding, width: number, view: DoctorView): string[] {
  const { verdict, what, where } = finding;
  const mark = painted(COLOURS[verdict], MARKS[verdict], view);
  const [first = "", ...rest] = wrapped(what, width - 4);
  const lines = [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)];
  if (where !== undefined && verdict === "ok") return beside(lines, where, width, view);
  if (where !== undefined) lines.push(`    ${painted(2, where, view)}`);
  if (finding.verdict === "ok") return lines;
  const [help = "", ...more] = wrapped(finding.remedy, width - 6);
  return [...lines, `    → ${help}`, ...more.map((line) => `      ${line}`)];
}

/** What is in order takes one line where there is room: the place goes to the right. */
function beside(lines: string[], where: string, width: number, view: DoctorView): string[] {
  const [only = ""] = lines;
  const used = visibleLength(only);
  if (lines.length > 1 || used + 2 + where.length > width) return lines;
  return [only + " ".repeat(width - used - where.length) + painted(2, where, view)];
}

function countLine(findings: readonly GroupedFinding[], view: DoctorView): string {
  const count = (verdict: Finding["verdict"]) =>
    findings.filter(({ finding }) => finding.verdict === verdict).length;
  const [problems, advice, ok] = [count("problem"), count("advice"), count("ok")];
  const words = [
    problems === 0 ? "no problem" : `${problems} problem${problems === 1 ? "" : "s"}`,
    advice === 0 ? "no advice" : `${advice} piece${advice === 1 ? "" : "s"} of advice`,
    `${ok} in order`,
  ].join(", ");
  return painted(problems > 0 ? COLOURS.problem : advice > 0 ? COLOURS.advice : COLOURS.ok, words, view);
}

function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    const longer = last === "" ? word : `${last} ${word}`;
    if (last === "" || longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function painted(code: number, text: string, { colour }: DoctorView): string {
  return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
  return text.replaceAll(/\u001b\[\d+m/g, "").length;
}
