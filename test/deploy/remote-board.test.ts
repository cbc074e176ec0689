import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is, match } from "uvu/assert";
import { pushRelease } from "../../deploy/cli/push.ts";
import { endText } from "../../deploy/cli/push-words.ts";
import { hostOf } from "../../deploy/cli/remote-board.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { aBundle, aKey } from "./release/a-bundle.ts";
import { failureOf } from "./update/failure-of.ts";

function folderOf(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-remote-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A program called ssh, for whom `bench` is another machine's name. */
function sshWithBench(t: SpecContext): string {
  const program = join(folderOf(t), "ssh");
  const text =
    '#!/bin/sh\necho "user you"\n[ "$3" = bench ] && echo "hostname 10.0.0.7" || echo "hostname $3"\n';
  writeFileSync(program, text, { mode: 0o755 });
  return program;
}

spec("a name alone is the user's own where ssh knows it, else that of a board on its network", (t) => {
  const ssh = sshWithBench(t);
  const via = [ssh, "-v"] as const;
  is(hostOf("bench", via), "bench");
  is(hostOf("greenhouse", via), "greenhouse.local");
  for (const target of ["localhost", "pi@bench", "pi@greenhouse", "greenhouse.local", "10.0.0.7"])
    is(hostOf(target, via), target);
  is(hostOf("greenhouse", ["/nowhere/ssh"]), "greenhouse.local", "who calls it says that it is not there");
  is(hostOf("bench", ["sh", "-c", "exit 1"]), "bench", "another program has names of its own");
});

spec("a push that ssh does not bring to its board says what helps", async (t) => {
  const folder = folderOf(t);
  await aBundle(folder, [aKey(folder)]);
  const place = { target: "pi@bench", via: ["sh", "-c", "exit 255"] as const, root: "/opt/holdfast" };
  const file = join(folder, "release.holdfast");
  const pushed = await failureOf(pushRelease({ json: true, words: [], place, file, trust: [], start: true }));
  match(pushed.message, /^sh did not reach pi@bench: try "sh pi@bench" by hand\. .*ssh-copy-id pi@bench/);
});

spec("a push of what runs already does not say that it is in a slot", () => {
  const end = { how: "installed", version: "0.1.0", reason: "" } as const;
  is(endText("pi@bench", end), "pi@bench has 0.1.0 in its slot");
  is(endText("pi@bench", { ...end, runs: true }), "pi@bench: nothing to do");
});
