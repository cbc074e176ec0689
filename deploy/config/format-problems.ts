/** Problems and warnings for people (aligned, within 100 columns) and for programs. */
import type { Problem, Warning } from "./problem.ts";

const COLUMNS = 100;
const INDENT = "    ";

/**
 * The text that is shown when a file is checked; empty when there is nothing to say. Each entry begins with
 * `file:line`, which editors and terminals open.
 */
export function formatProblems(
  problems: readonly Problem[],
  warnings: readonly Warning[],
  file: string,
): string {
  if (problems.length + warnings.length === 0) return "";
  const counts = [count(problems.length, "problem"), count(warnings.length, "warning")].flatMap(
    (text) => text ?? [],
  );
  const blocks = [
    ...problems.map((problem) => problemText(problem, file)),
    ...warnings.map((warning) => warningText(warning, file)),
  ];
  return `${file} has ${counts.join(" and ")}\n\n${blocks.join("\n\n")}\n`;
}

/** The same as one line of JSON: `{file, ok, problems, warnings}`. */
export function problemsJson(
  problems: readonly Problem[],
  warnings: readonly Warning[],
  file: string,
): string {
  return JSON.stringify({ file, ok: problems.length === 0, problems, warnings });
}

function problemText(
  { path, found, allowed, suggestion, line, column, frame }: Problem,
  file: string,
): string {
  const rows = [entry("found", found), entry("allowed", allowed)];
  if (suggestion !== undefined) rows.push(entry("nearest", suggestion));
  if (frame !== undefined) rows.push(frame.replaceAll(/^/gm, INDENT));
  return [
    `${place(file, line, column)}  ${path || (frame === undefined ? "the file" : "syntax")}`,
    ...rows,
  ].join("\n");
}

function warningText({ path, message, line }: Warning, file: string): string {
  return `${place(file, line)}  ${path}\n${entry("warning", message)}`;
}

function place(file: string, line: number | undefined, column?: number): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** A label and its text, wrapped between words beside the label. */
function entry(label: string, text: string): string {
  const start = `${INDENT}${label.padEnd(9)}`;
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    const longer = last === "" ? word : `${last} ${word}`;
    if (last === "" || start.length + longer.length <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return start + lines.join(`\n${" ".repeat(start.length)}`);
}

function count(number: number, noun: string): string | undefined {
  return number === 0 ? undefined : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
