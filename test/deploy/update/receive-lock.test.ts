import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, throws } from "uvu/assert";
import { lockReceiving } from "../../../deploy/update/receive-lock.ts";
import { spec } from "../../harness/spec.ts";
import { temporary } from "./a-place.ts";

spec("while a release is being received another one is told who does it", async (t) => {
  const notes = temporary(t);
  const other = spawn(process.execPath, [
    "-e",
    "setTimeout(() => {}, 60000); console.log('runs')",
    "receive",
  ]);
  t.defer(() => other.kill("SIGKILL"));
  await new Promise((runs) => other.stdout.once("data", runs));
  writeFileSync(join(notes, "receiving.pid"), String(other.pid));
  throws(
    () => lockReceiving(notes),
    new RegExp(`another release is being received \\(process ${other.pid}\\)`),
  );
  const gone = new Promise((done) => other.once("close", done));
  other.kill("SIGKILL");
  await gone;
  lockReceiving(notes)();
  is(existsSync(join(notes, "receiving.pid")), false);
});

spec("a lock that is left over from before a power cut, or says nothing, is no lock", (t) => {
  const notes = temporary(t);
  for (const left of ["", "no number", "1", String(process.pid)]) {
    writeFileSync(join(notes, "receiving.pid"), left);
    lockReceiving(notes)();
  }
});

spec("a folder that is not there is an error of its own", (t) => {
  try {
    lockReceiving(join(temporary(t), "nowhere"));
    equal("no error", "an error");
  } catch (error) {
    match((error as Error).message, "ENOENT");
  }
});
