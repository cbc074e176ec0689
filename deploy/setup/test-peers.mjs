/**
 * `npm run test:peers`: runs the integration tests that onoff and i2c-bus ship with themselves inside the kernel guest, and says
 * which pass. They are written for a board with chips, a wire and a person at a button; what stands for those is in
 * test/kernel/peers. Not part of npm test: it judges the guest and the two packages, not Holdfast.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInGuest } from "./guest-tests.mjs";
import { prepare } from "./prepare.mjs";

await prepare();
const folder = mkdtempSync(join(tmpdir(), "holdfast-peers-"));
try {
  // One of i2c-bus's tests compares with it; it is no dependency of anything here.
  const args = [
    "install",
    "--prefix",
    folder,
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "lodash@4.17.21",
  ];
  const { status, stderr } = spawnSync("npm", args, { encoding: "utf8" });
  if (status !== 0) process.stderr.write(`holdfast: no lodash, so i2c-bus/scan will fail: ${stderr}\n`);
  const peers = { HOLDFAST_PEERS_MODULES: join(folder, "node_modules") };
  const [outcome] = await runInGuest(["dist/test/kernel/peers/run-peers.js"], { env: peers });
  process.stdout.write(outcome.output);
  process.exitCode = outcome.code ?? 1;
} catch (error) {
  process.stderr.write(`holdfast: no kernel guest: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
