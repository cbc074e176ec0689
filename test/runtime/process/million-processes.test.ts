import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { spec } from "../../harness/spec.ts";

const program = fileURLToPath(new URL("./fixtures/million.js", import.meta.url));

/** An idle process of Erlang/OTP 25 takes 2755 bytes of heap. */
const OTP_BYTES = 2755;

spec(
  "a cell holds a million idle processes, each answers when it is asked, and nothing is left when they end",
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--max-old-space-size=6000", program]);
    const figures = JSON.parse(stdout) as Record<string, number>;
    const { bytesEach, spawnSeconds, askSeconds, endSeconds, right, living, left, keptBytes } = figures;
    assert.equal([right, living, left], [10_000, 1_000_000, 0], stdout);
    assert.ok(bytesEach! < OTP_BYTES, stdout);
    assert.ok(keptBytes! < 50e6, stdout);
    // Processor time, loose: seen 4.2 s, 0.2 s, 1.4 s.
    for (const seconds of [spawnSeconds, askSeconds, endSeconds]) assert.ok(seconds! < 20, stdout);
  },
  { limitMs: 220_000 },
);
