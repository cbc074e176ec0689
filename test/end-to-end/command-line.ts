/** The command line as a user calls it. */
import { type ChildProcess, spawn } from "node:child_process";
import type { SpecContext } from "../harness/spec.ts";
import { cliFile } from "./board.ts";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line to its end. */
export function holdfast(
  t: SpecContext,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  return start(t, words, env).ended;
}

/** Starts the command line; killed when the test ends. `input`: all that is typed; without it there is nobody to type. */
export function start(
  t: SpecContext,
  words: readonly string[],
  env: Record<string, string> = {},
  input?: string,
) {
  const child: ChildProcess = spawn(process.execPath, [cliFile, ...words], {
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  child.stdin?.end(input);
  t.defer(() => child.kill("SIGKILL"));
  const said = { out: "", err: "" };
  for (const [name, stream] of [
    ["out", child.stdout!],
    ["err", child.stderr!],
  ] as const)
    stream.setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  const ended = new Promise<Ended>((done) => child.on("close", (code) => done({ code, ...said })));
  return { child, ended, out: () => said.out, err: () => said.err };
}
