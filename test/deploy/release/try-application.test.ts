import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import type { Application } from "../../../deploy/release/application.ts";
import { ReleaseError } from "../../../deploy/release/release-error.ts";
import { isNative, TARGETS } from "../../../deploy/release/target.ts";
import { tryApplication } from "../../../deploy/release/try-application.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

const CONFIG = {
  version: 1,
  board: { id: "a" },
  hardware: "linux",
  mqtt: { url: "mqtt://broker.example" },
  devices: { led: { driver: "led", line: "GPIO24", safe: "off", commandFor: "1m", every: "1s" } },
};

/** This machine's Node, and a command line that is this text. */
function anApplication(t: SpecContext, program: string): Application {
  const target = Object.values(TARGETS).find(isNative);
  if (target === undefined) t.skip("no target is this machine");
  const folder = aFolder(t);
  mkdirSync(join(folder, "program/deploy/cli"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  symlinkSync(process.execPath, join(folder, "bin/node"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "board.config.json"), JSON.stringify(CONFIG));
  writeFileSync(join(folder, "program/deploy/cli/main.js"), program);
  const { config, problems } = parseConfig(JSON.stringify(CONFIG));
  assert.is(problems, undefined, JSON.stringify(problems));
  return { folder, target: target.name, version: "0.1.0", createdS: 0, config: config! };
}

/** A board whose readings come at the third look, and that ends with a code when it is stopped. */
const board = (code: number) => `
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
const words = process.argv.slice(2);
const config = JSON.parse(readFileSync(words[1], "utf8"));
if (words[0] !== "run" || !words.includes("--emulated") || "mqtt" in config) throw new Error(words.join(" "));
let looks = 0;
createServer((request, response) => {
  if (request.url !== "/metrics") throw new Error(request.url);
  response.end(++looks < 3 ? "# nothing yet\\n" : 'holdfast_reading{device="led"} 1\\n');
}).listen(Number(words[words.indexOf("--http-port") + 1]), "127.0.0.1");
process.on("SIGINT", () => { console.log("stopping"); process.exit(${code}); });
`;

async function fault(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.instance(error, ReleaseError);
    assert.is((error as ReleaseError).code, "notStarted");
    return (error as ReleaseError).message;
  }
  throw new Error("nothing was thrown");
}

const SLOW = { limitMs: 30_000 };

spec(
  "an application is tried until a good reading is seen, emulated, away from every broker, and then stopped",
  async (t) => {
    const result = await tryApplication(anApplication(t, board(0)));
    assert.ok(result.tried && result.under === null && result.firstReadingS > 0.2, JSON.stringify(result));
  },
  SLOW,
);

spec(
  "one that does not stop in order is no release",
  async (t) => {
    const message = await fault(tryApplication(anApplication(t, board(1))));
    assert.match(message, /it did not stop in order \(exit code 1\)\. The last it said:\nstopping$/);
  },
  SLOW,
);

spec(
  "one that ends is no release, and its last words are shown",
  async (t) => {
    const message = await fault(
      tryApplication(anApplication(t, 'console.error("no such addon"); process.exit(3);')),
    );
    assert.is(
      message,
      "the release was started here, and it ended (exit code 3). The last it said:\nno such addon",
    );
  },
  SLOW,
);
