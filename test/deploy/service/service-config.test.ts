/** What a guardian that is a service does about a configuration with problems, instead of being started four times a second. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { is, ok } from "uvu/assert";
import { isOnTrial, mark, untilChanged } from "../../../deploy/board/service-config.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { aFolder } from "../keys/a-folder.ts";

const program = fileURLToPath(new URL("../../../deploy/board/guardian-main.js", import.meta.url));
const LIMIT = { limitMs: 60_000 };

function guardian(t: SpecContext, folder: string, env: Record<string, string>) {
  const config = join(folder, "board.config.json");
  writeFileSync(config, '{"version":1}');
  const child = spawn(process.execPath, [program], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HOLDFAST_CONFIG: config, HOLDFAST_STATE: folder, ...env },
  });
  t.defer(() => child.kill("SIGKILL"));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, config, ended, said: () => said };
}

spec(
  "a service with problems in its configuration waits until that is another one",
  async (t) => {
    const folder = aFolder(t);
    const { child, config, ended, said } = guardian(t, folder, { NOTIFY_SOCKET: join(folder, "nobody") });
    await until("it waits", () => said().includes("waitsForConfig"));
    ok(said().includes("board"), "and has said what the problems are");
    is(child.exitCode, null);
    writeFileSync(config, '{"version":1,"board":{"id":"greenhouse"}}');
    is(await ended, 2);
  },
  LIMIT,
);

spec(
  "it does not wait whose release is on trial, nor who was started by hand",
  async (t) => {
    const folder = aFolder(t);
    writeFileSync(join(folder, "record"), "format=1\nactive=a\ntrying=b\ntries=2\n");
    for (const env of [{ NOTIFY_SOCKET: join(folder, "nobody"), HOLDFAST_SLOTS: folder }, {}]) {
      const { ended, said } = guardian(t, folder, env as Record<string, string>);
      is(await ended, 2);
      is(said().includes("waitsForConfig"), false, said());
    }
  },
  LIMIT,
);

spec("a change is a change of the file: written, replaced, come, gone", async (t) => {
  const folder = aFolder(t);
  const file = join(folder, "board.config.json");
  const absent = mark(file);
  const came = untilChanged(file, absent, 60_000, 1);
  writeFileSync(file, "1");
  await came;
  const seen = mark(file);
  await untilChanged(file, seen, 0, 1); // the longest pause is over
  const grew = untilChanged(file, seen, 60_000, 1);
  writeFileSync(file, "12");
  await grew;
});

spec("on trial is what the record of the slots says, and nobody without one", (t) => {
  const folder = aFolder(t);
  is(isOnTrial(undefined), false);
  is(isOnTrial(folder), false);
  for (const [line, expected] of [
    ["trying=", false],
    ["trying=a", true],
    ["trying=b", true],
    ["trying=c", false],
  ] as const) {
    writeFileSync(join(folder, "record"), `format=1\nactive=a\n${line}\n`);
    is(isOnTrial(folder), expected, line);
  }
});
