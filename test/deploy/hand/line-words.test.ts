import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import { type LineFlags, line } from "../../../deploy/cli/line.ts";
import { type Folder, writeFiles } from "../../firmware/board/fixture-files.ts";
import { bcmTree, PI_4 } from "../../firmware/board/pi-trees.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const flags: LineFlags = { page: "http://127.0.0.1:1/", json: false, stateFolder: "/nowhere" };

async function refusal(...words: Parameters<typeof line>): Promise<{ exitCode: number; message: string }> {
  return line(...words).then(
    () => Promise.reject(new Error("it was not refused")),
    (error) => error,
  );
}

/** A folder with a Pi 4's device tree. */
function tree(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-tree-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const { proc } = bcmTree("Raspberry Pi 4 Model B Rev 1.4", PI_4) as { proc: { "device-tree": Folder } };
  writeFiles(folder, proc["device-tree"]);
  return folder;
}

spec("what is no level and no time is said before anything is looked at", async () => {
  for (const [level, forText, why] of [
    ["high", undefined, '"high" is no level: on or off, as in holdfast line GPIO17 on --for 2s'],
    ["on", "1h", '--for: "1h" is no time from 10ms to 10m'],
    ["on", "soon", '--for: "soon" is no time from 10ms to 10m'],
    [undefined, "1s", "--for says how long a line is on or off: holdfast line GPIO17 on --for 2s"],
  ] as const) {
    const { exitCode, message } = await refusal("GPIO17", level, {
      ...flags,
      ...(forText && { for: forText }),
    });
    equal([exitCode, message], [2, why]);
  }
});

spec("a machine that is no Raspberry Pi is no usage error", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-tree-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const { exitCode, message } = await refusal("GPIO17", "on", { ...flags, deviceTree: folder });
  is(exitCode, 1);
  ok(message.includes("has no device tree, so it is no Raspberry Pi"), message);
});

spec("a configuration with problems is not passed over", async (t) => {
  const deviceTree = tree(t);
  const config = join(deviceTree, "board.config.json");
  writeFileSync(config, '{"version":1}');
  const { exitCode, message } = await refusal("GPIO17", "on", { ...flags, deviceTree, config });
  is(exitCode, 2);
  ok(message.includes("what it says of the lines is not known: mend it"), message);
});
