/** From the text of a board.config.json to a configuration, or to everything that is wrong with it. */
import { readFileSync } from "node:fs";
import { checkAdmission } from "../admission/check-admission.ts";
import { type BoardConfig, boardSchema } from "./board-schema.ts";
import { checkAbroad, lentIn } from "./check-abroad.ts";
import { checkBuses } from "./check-buses.ts";
import { checkControllers } from "./check-controllers.ts";
import { checkDiscovery } from "./check-discovery.ts";
import { checkDrive } from "./check-drive.ts";
import { checkExpanders } from "./check-expanders.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkInterlocks } from "./check-interlocks.ts";
import { checkJobs } from "./check-jobs.ts";
import { checkLinks } from "./check-links.ts";
import { checkLinux } from "./check-linux.ts";
import { checkListen } from "./check-listen.ts";
import { checkLogin } from "./check-login.ts";
import { checkNames } from "./check-names.ts";
import { checkOutbox } from "./check-outbox.ts";
import { checkPlacement } from "./check-placement.ts";
import { checkPolicies } from "./check-policy.ts";
import { checkPowerUp } from "./check-power-up.ts";
import { checkPlaces, checkRealtime } from "./check-realtime.ts";
import { checkTiming } from "./check-timing.ts";
import { checkWatchdog } from "./check-watchdog.ts";
import { checkWires } from "./check-wires.ts";
import { checkWiring } from "./check-wiring.ts";
import { draftBoard } from "./draft.ts";
import { JsonSyntaxError, jsonPlaces } from "./json-places.ts";
import { withLinesForPins } from "./pin-names.ts";
import { type Problem, Report, type Warning } from "./problem.ts";
import { checkShape, isPlainObject } from "./shape.ts";
import { LONGEST_TEXT, SourceText } from "./source-text.ts";

export type ConfigResult =
  | { readonly config: BoardConfig; readonly problems?: never; readonly warnings: readonly Warning[] }
  | { readonly config?: never; readonly problems: readonly Problem[]; readonly warnings: readonly Warning[] };

export interface ConfigOptions {
  /** `--emulated`: a board written for `linux` runs emulated. There is no option for the way up. */
  readonly emulated?: boolean;
}

/** Reads and checks a file. A file that cannot be read is a problem like any other. */
export function loadConfig(file: string, options: ConfigOptions = {}): ConfigResult {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const found = { ENOENT: "no such file", EISDIR: "a folder", EACCES: "no permission" }[code] ?? code;
    const make = code === "ENOENT" ? "; holdfast init writes one to begin with" : "";
    const allowed = `a file that can be read at ${file}${make}`;
    return { problems: [{ path: "", found, allowed }], warnings: [] };
  }
  return parseConfig(text, options);
}

/** Checks the text of a configuration. Never throws: whatever the text, a configuration or its problems. */
export function parseConfig(text: string, { emulated = false }: ConfigOptions = {}): ConfigResult {
  if (text.length > LONGEST_TEXT) {
    const found = `${text.length} characters`;
    return { problems: [{ path: "", found, allowed: `at most ${LONGEST_TEXT} characters` }], warnings: [] };
  }
  const source = new SourceText(text);
  let value: unknown;
  try {
    source.index(jsonPlaces(source.text));
    value = JSON.parse(source.text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { found, allowed, offset } = error;
    return { problems: [{ path: "", found, allowed, ...source.at(offset) }], warnings: [] };
  }
  const written = withLinesForPins(emulated ? asEmulated(value) : value);
  const report = new Report();
  checkShape(boardSchema, written, [], report);
  checkBetween(written, report);
  if (report.findings.length === 0 && source.repeated().length === 0) {
    checkAdmission(written as BoardConfig, isRight, report);
  }
  const problems = [...source.repeated(), ...report.findings.map((finding) => source.problem(finding))];
  const warnings = report.remarks.map((remark) => source.warning(remark));
  if (problems.length > 0) return { problems: problems.sort(byLine), warnings };
  return { config: written as BoardConfig, warnings };
}

/** Right in all but its timing. */
function isRight(config: BoardConfig): boolean {
  const report = new Report();
  checkBetween(config, report);
  return report.findings.length === 0;
}

/** The checks between parts, on what each part by itself has right. */
function checkBetween(value: unknown, report: Report): void {
  const board = draftBoard(value, report.findings);
  if (isPlainObject(value) && value.hardware === "linux") {
    checkLinux(board, value.backend, report);
    checkWatchdog(value.watchdog, report);
  }
  if (isPlainObject(value)) checkDiscovery(value.mqtt, report);
  if (isPlainObject(value)) checkLogin(value.mqtt, report);
  if (isPlainObject(value)) checkLinks(value, report);
  if (isPlainObject(value)) checkListen(value.mqtt, report);
  checkNames(board, report);
  if (isPlainObject(value)) checkOutbox(board, value.mqtt, report);
  checkPlacement(board, report);
  checkWiring(board, report);
  checkInputs(board, report);
  checkDrive(board, isPlainObject(value) && value.hardware === "linux" ? value.backend : undefined, report);
  checkBuses(board, isPlainObject(value) ? value.hardware : undefined, report);
  checkWires(board, report);
  checkExpanders(board, report);
  checkTiming(board, report);
  checkJobs(board, report);
  checkRealtime(board, report);
  checkPolicies(board, lentIn(value), report);
  checkInterlocks(board, report);
  checkControllers(board, report);
  if (isPlainObject(value)) checkAbroad(value, board, report);
  checkPowerUp(board, report);
  if (report.findings.length === 0) checkPlaces(value as BoardConfig, report);
}

function asEmulated(value: unknown): unknown {
  return isPlainObject(value) && value.hardware === "linux" ? { ...value, hardware: "emulated" } : value;
}

function byLine(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0);
}
