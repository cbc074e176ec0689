/** Eclipse Paho's interoperability tests (paho.mqtt.testing, EPL-2.0): which cases there are, and how one is run. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Of 3.1.1 and of 5. */
export type PahoModule = "client_test" | "client_test5";

export interface PahoOutcome {
  readonly passed: boolean;
  /** What was wrong, in the suite's words. */
  readonly words: string;
}

/** Some wait for expiries of ten seconds, one after the other. */
const CASE_LIMIT_MS = 90_000;
/** It is read where it was written: the build copies no Python. */
const RUNNER = fileURLToPath(new URL("../../../test/paho/run-case.py", import.meta.url));

/** The cases of a module in the order of its file. Throws where the folder holds no suite. */
export function casesOf(folder: string, module: PahoModule): readonly string[] {
  const text = readFileSync(join(folder, "interoperability", `${module}.py`), "utf8");
  return [...text.matchAll(/^ {4}def (test\w+)\(self\)/gm)].map((found) => found[1]!);
}

/** Runs one against a broker on this machine; a case that does not end fails. */
export function runCase(
  folder: string,
  module: PahoModule,
  name: string,
  port: number,
): Promise<PahoOutcome> {
  const args = [RUNNER, join(folder, "interoperability"), module, name, String(port)];
  const child = spawn("python3", args, { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), CASE_LIMIT_MS);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      clearTimeout(limit);
      const last = output.trim().split("\n").at(-1) ?? "";
      done({
        passed: code === 0,
        words: signal === null ? last : `did not end within ${CASE_LIMIT_MS / 1000} s`,
      });
    });
  });
}
