import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { is, ok } from "uvu/assert";
import { SLOT_PROGRAM } from "../../../deploy/update/slot-program.ts";
import { spec } from "../../harness/spec.ts";
import { aPlace, aRelease, OLD, temporary } from "./a-place.ts";

const PROGRAM = fileURLToPath(new URL("./killed-main.js", import.meta.url));
const DEATHS = 24;
/** A round of the program takes about so long, ms; deaths are spread over it and a part of the next. */
const ROUND_MS = 400;

spec(
  "a board that is killed at any moment of an update starts a whole release, and takes the update again",
  async (t) => {
    const work = temporary(t);
    const { file, release, key } = await aRelease(work, { size: 3_000_000 });
    writeFileSync(join(work, "key.pub"), key.trusted.pem);
    const { folder, records } = aPlace(temporary(t));
    const states = new Set<string>();
    // On a machine that is full a round takes longer: then deaths are spread over more.
    for (let death = 0; death < DEATHS || (states.size < 2 && death < 4 * DEATHS); death++) {
      const roundMs = ROUND_MS * (1 + 3 * Math.floor(death / DEATHS));
      const child = spawn(process.execPath, [PROGRAM, folder, file, join(work, "key.pub")], {
        stdio: ["ignore", "pipe", "inherit"],
        detached: true,
      });
      t.defer(() => child.kill("SIGKILL"));
      await new Promise((begun) => child.stdout.once("data", begun));
      await new Promise((done) => setTimeout(done, ((death % DEATHS) / DEATHS) * roundMs * 1.5));
      is(child.exitCode, null, "it ran into something");
      const gone = new Promise((done) => child.once("close", done));
      process.kill(-child.pid!, "SIGKILL");
      await gone;
      // As a board that boots now.
      execFileSync("sh", [join(folder, SLOT_PROGRAM), "step"], { stdio: "pipe" });
      const record = records.read();
      ok(record !== undefined, "the record cannot be read");
      states.add(`${record.trying ?? "-"} ${record.releases.b === undefined ? "empty" : "full"}`);
      is(record.active, "a");
      is(record.releases.a, OLD);
      is(readFileSync(join(folder, "a/bin/holdfast"), "utf8"), "#!/bin/sh\necho old\n");
      const current = readlinkSync(join(folder, "current"));
      is(current, record.trying ?? "a");
      if (record.releases.b === undefined) continue;
      is(record.releases.b, release);
      is(readFileSync(join(folder, "b/bin/holdfast"), "utf8"), "#!/bin/sh\necho new\n");
      is(readFileSync(join(folder, "b/program/data"), "utf8").length, 3_000_000);
    }
    ok(states.size > 1, `always at the same moment: ${[...states].join(", ")}`);
    ok(existsSync(join(folder, "current/bin/holdfast")));
  },
  { limitMs: 120_000 },
);
