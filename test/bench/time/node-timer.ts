/** Node's own timers, and Johnny-Five's loop, which is one of them, each in a program of its own. */
import { fileURLToPath } from "node:url";
import { besides } from "./conditions.ts";
import { type Contender, lastJson, runProgram } from "./contender.ts";

const program = fileURLToPath(new URL("./node-timer-main.js", import.meta.url));
const PATIENCE_S = 15;

export type NodeTimer = "setTimeout" | "setInterval" | "board.loop";

export function nodeTimer(what: NodeTimer): Contender {
  return {
    name: what === "board.loop" ? "Johnny-Five board.loop" : `Node ${what}`,
    policy: "other",
    async run(seconds, condition) {
      const end = await besides(condition, seconds + PATIENCE_S);
      try {
        const command = [process.execPath, program, what, String(seconds)];
        return lastJson(await runProgram(command, seconds + PATIENCE_S));
      } finally {
        end();
      }
    },
  };
}
