/** An update whose pusher went away: a connection is cut, a desk is shut down, and the board has the release. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { NOTICE_FILE, type UpdateState, writeNotice } from "../../../deploy/update/notice.ts";
import { endWaiting } from "../../../deploy/update/take-over.ts";
import { projectFolder } from "../../harness/source-files.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { demoText } from "../demo-board.ts";
import { aKey } from "../release/a-bundle.ts";
import { aBundleOf, aPlace, temporary } from "./a-place.ts";

const CLI = join(projectFolder, "dist/deploy/cli/main.js");
/** A program is started for each case. */
const LIMIT = { limitMs: 60_000 };

spec(
  "a board goes on with a release that it has when nobody listens any more",
  async (t) => {
    const { folder, records } = aPlace(temporary(t));
    const made = temporary(t);
    const key = aKey(made);
    const answers = '#!/bin/sh\n[ "$1" = check ] || echo \'{"levels": {}}\'\n';
    const file = await aBundleOf(made, { "bin/holdfast": answers, data: "x".repeat(100_000) }, {}, key);
    mkdirSync(join(folder, "release-keys"));
    writeFileSync(join(folder, "release-keys/own.pub"), key.trusted.pem);
    writeFileSync(join(folder, "board.config.json"), demoText);
    const words = [
      "receive",
      "--slots",
      folder,
      "--config",
      join(folder, "board.config.json"),
      "--from",
      file,
    ];
    const child = spawn(process.execPath, [CLI, ...words, "--stay"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    const [code] = await once(child, "close");
    is(code, 0, said);
    is(records.read()?.releases.b?.length, 32);
  },
  LIMIT,
);

spec(
  "who follows an update ends when nobody listens any more",
  async (t) => {
    const { folder } = aPlace(temporary(t));
    const words = ["update", "--follow", "--json", "--slots", folder];
    const child = spawn(process.execPath, [CLI, ...words], { stdio: ["pipe", "pipe", "inherit"] });
    t.defer(() => child.kill("SIGKILL"));
    child.stdout.destroy();
    const [code] = await once(child, "close");
    is(code, 0);
  },
  LIMIT,
);

/** Somebody who receives, and is at that state of it. */
async function aReceiver(t: SpecContext, notes: string, state: UpdateState) {
  const words = ["-e", "setTimeout(() => {}, 600000); console.log('runs')", "receive"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  t.defer(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  writeFileSync(join(notes, "receiving.pid"), String(child.pid));
  writeNotice(join(notes, NOTICE_FILE), {
    ...{ state, release: "ab".repeat(16), version: "1.0.0", slot: "b", reason: "", at: null },
  });
  return child;
}

spec(
  "whoever pushes again takes the place of one that waits with its release, and of nobody else",
  async (t) => {
    const notes = temporary(t);
    await endWaiting(notes); // nobody is there
    const busy = await aReceiver(t, notes, "receiving");
    await endWaiting(notes);
    equal([busy.exitCode, busy.signalCode], [null, null]);
    const waits = await aReceiver(t, notes, "waiting");
    const gone = once(waits, "exit");
    await endWaiting(notes);
    equal(await gone, [null, "SIGTERM"]);
  },
);

spec(
  "an offer, which anybody may have published, takes nobody's place",
  async (t) => {
    const { folder } = aPlace(temporary(t));
    writeFileSync(join(folder, "board.config.json"), demoText);
    const waits = await aReceiver(t, folder, "waiting");
    const offered = join(folder, "offered.json");
    writeFileSync(offered, JSON.stringify({ release: "cd".repeat(16), parts: true }));
    const place = ["--slots", folder, "--config", join(folder, "board.config.json")];
    const child = spawn(process.execPath, [CLI, "receive", ...place, "--offered", offered], {
      stdio: ["ignore", "inherit", "pipe"],
    });
    const said: Buffer[] = [];
    child.stderr.on("data", (data: Buffer) => said.push(data));
    is((await once(child, "close"))[0], 3);
    match(Buffer.concat(said).toString(), /another release is being received/);
    equal([waits.exitCode, waits.signalCode], [null, null]);
  },
  LIMIT,
);
