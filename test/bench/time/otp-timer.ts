/** Erlang/OTP's `erlang:send_after`, whose timers have whole milliseconds. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolder } from "../../harness/source-files.ts";
import { besides } from "./conditions.ts";
import { type Contender, lastJson, runProgram } from "./contender.ts";

const source = join(projectFolder, "test/bench/time/work/release_lateness.erl");
const PATIENCE_S = 15;

/** Undefined where there is no Erlang. Throws when the program does not compile. */
export function otpTimer(): Contender | undefined {
  if (spawnSync("erlc", ["-help"]).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "holdfast-erlang-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { status, stdout } = spawnSync("erlc", ["-o", folder, source], { encoding: "utf8" });
  if (status !== 0) throw new Error(`erlc: ${stdout}`);
  return {
    name: "Erlang/OTP send_after",
    policy: "other",
    async run(seconds, condition) {
      const end = await besides(condition, seconds + PATIENCE_S);
      try {
        const call = `release_lateness:main(${Math.ceil(seconds)}), halt().`;
        const words = ["-noshell", "-noinput", "-pa", folder, "-eval", call];
        return lastJson(await runProgram(["erl", ...words], seconds + PATIENCE_S));
      } finally {
        end();
      }
    },
  };
}
