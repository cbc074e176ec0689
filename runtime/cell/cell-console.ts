/** What code in a cell prints goes to the kernel as records with the name of the process that ran. */
import { format } from "node:util";
import type { LogRecord } from "./kernel.ts";
import { LogBudget } from "./log-budget.ts";

export interface ConsoleOptions {
  readonly nowUs: () => number;
  /** Label of the process that runs now. */
  readonly running: () => string | undefined;
  readonly tell: (record: LogRecord) => void;
}

const METHODS = {
  debug: "debug",
  log: "info",
  info: "info",
  dir: "info",
  table: "info",
  warn: "warn",
  error: "error",
  trace: "error",
} as const;

/**
 * From now on `console` and writes to `process.stdout` and `process.stderr` make records. (In a blocking cell
 * they would never come out otherwise: a thread's streams need its event loop.)
 */
export function captureConsole({ nowUs, running, tell }: ConsoleOptions): void {
  const budget = new LogBudget();
  const put = (level: LogRecord["level"], text: string) => {
    const process = running();
    const record = { level, text, ...(process === undefined ? {} : { process }) };
    const allowed = budget.record(nowUs(), record);
    if (allowed !== undefined) tell(allowed);
  };
  for (const [method, level] of Object.entries(METHODS)) {
    console[method as keyof typeof METHODS] = (...parts: unknown[]) => put(level, format(...parts));
  }
  console.assert = (condition: unknown, ...parts: unknown[]) => {
    if (!condition) put("error", `Assertion failed: ${format(...parts)}`);
  };
  capture(process.stdout, (text) => put("info", text));
  capture(process.stderr, (text) => put("error", text));
}

function capture(stream: NodeJS.WriteStream, put: (text: string) => void): void {
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const line = text.replace(/\n$/, "");
    if (line !== "") put(line);
    const done = rest.find((one) => typeof one === "function") as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
}
