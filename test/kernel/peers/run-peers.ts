/**
 * Inside the kernel guest: the integration tests of onoff and i2c-bus, unchanged, each in a process of its own, against
 * gpio-sim and a simulated I2C adapter. Exits with 1 when one fails that has no known reason.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localFiles } from "../../../firmware/linux/local-files.ts";
import { sysfsChip } from "../../../firmware/linux/sysfs-chip.ts";
import { i2cSim } from "../fixtures/i2c-sim.ts";
import { SimHeader } from "../fixtures/sim-header.ts";
import { i2cBusSuite, onoffSuite, type Suite } from "./suites.ts";

/** Of one test. The longest does 10,000 transfers one after the other. */
const LIMIT_MS = 180_000;
/** Somebody at the button of GPIO4: down for half of it. */
const PRESS_EVERY_MS = 300;
/** An address that i2c-bus's tests expect a TSL2561 at; its DS1621 at 0x48 is always there. */
const TSL2561 = 0x39;

/** Why tests may fail here although nothing is wrong. Anything else that fails is news. */
const KNOWN: Readonly<Record<string, string>> = {
  "onoff/debounce":
    "it bounces every 2 ms and expects a timer of 10 ms to bridge that; an emulated processor is late by more",
};

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

const folder = mkdtempSync(join(tmpdir(), "peers-"));
const header = new SimHeader();
i2cSim.reset();
i2cSim.extra(TSL2561);
const env = {
  ...process.env,
  PEERS_BASE: String(sysfsChip(localFiles(), header.chip.label)?.base),
  PEERS_LINES: header.chip.lines,
};
let pressed = false;
const person = setInterval(() => {
  pressed = !pressed;
  header.pull("GPIO4", pressed ? 1 : 0);
}, PRESS_EVERY_MS / 2);
let failed = 0;
try {
  const modules = process.env.HOLDFAST_PEERS_MODULES ?? join(folder, "none");
  for (const suite of [onoffSuite(folder), i2cBusSuite(folder, modules)]) failed += await runSuite(suite);
} finally {
  clearInterval(person);
  header.close();
  i2cSim.reset();
  rmSync(folder, { recursive: true });
}
process.exitCode = failed > 0 ? 1 : 0;

/** Runs all tests of a suite; how many failed for no known reason. */
async function runSuite({ name, folder, tests }: Suite): Promise<number> {
  let [passed, news] = [0, 0];
  for (const test of tests) {
    const { code, output, seconds } = await run(folder, test);
    // They say `ok - ...` last; some catch an error, print it and end with 0.
    const ok = code === 0 && /^ok - /m.test(output);
    const why = KNOWN[`${name}/${test}`];
    console.log(`${ok ? "ok    " : "not ok"} ${name}/${test} (${seconds.toFixed(1)} s)`);
    if (ok) passed++;
    else if (why !== undefined) console.log(`  ${why}`);
    else {
      news++;
      console.log(`  ended with ${code ?? "the time limit"}\n${output.trimEnd().replaceAll(/^/gm, "  ")}`);
    }
  }
  console.log(`${name}: ${passed} of ${tests.length} passed\n`);
  return news;
}

function run(cwd: string, test: string): Promise<Outcome> {
  const startMs = performance.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, [`${test}.js`], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    child.on("close", (code) => {
      clearTimeout(limit);
      done({ code, output, seconds: (performance.now() - startMs) / 1000 });
    });
  });
}
