import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { spec } from "../../harness/spec.ts";

const module = new URL("../../../runtime/time/session-priority.js", import.meta.url).href;
const program = `
  import { readFileSync } from "node:fs";
  import { setSessionNice } from ${JSON.stringify(module)};
  const set = setSessionNice(5);
  console.log(JSON.stringify({ set, group: readFileSync("/proc/self/autogroup", "utf8").trim() }));`;

function run(detached: boolean): { set: boolean; group: string } {
  const options = { encoding: "utf8", detached } as object;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], options);
  return JSON.parse(String(stdout));
}

spec("who leads a session speaks for it, and for no other", (t) => {
  if (!existsSync("/proc/self/autogroup")) t.skip("this kernel has no autogroups");
  const before = readFileSync("/proc/self/autogroup", "utf8");
  const { set, group } = run(true);
  assert.is(set, true);
  assert.match(group, / nice 5$/);
  assert.is(run(false).set, false);
  assert.is(readFileSync("/proc/self/autogroup", "utf8"), before, "our own session is as it was");
});
