/**
 * Runs `dist/test/kernel/*.guest.js` inside the kernel guest: one boot for all of them, each in a process of its
 * own there. Where there can be no guest, that is one reason for all: a skip, or a failure when CI=true.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { forKernelGuest, installDebianPackages } from "./debian.mjs";
import { root } from "./prepare.mjs";

/** For one boot, s. A quiet machine needs a tenth of it. */
const limitS = 1800;

/** Resolves to `{file, output, code, seconds}` of each file, or throws an Error with the reason. `options`: of `boot`. */
export async function runInGuest(files, options = {}) {
  if (process.arch !== "x64" || process.platform !== "linux") {
    throw new Error(`the guest runs Debian's amd64 kernel; this is ${process.platform} on ${process.arch}`);
  }
  installDebianPackages(forKernelGuest);
  const missing = forKernelGuest.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(", ")}`);
  const { kernelParts } = await import("../../dist/test/kernel/guest/kernel-parts.js");
  const { boot } = await import("../../dist/test/kernel/guest/boot.js");
  const start = performance.now();
  const passed = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const parts = kernelParts(join(root, "test/kernel/guest"), (what) =>
    process.stderr.write(`holdfast: kernel guest: ${what} (after ${passed()})\n`),
  );
  process.stderr.write(`holdfast: kernel guest: booting ${parts.version} (after ${passed()})\n`);
  const outcome = await boot(parts, { files, root, limitS, env: testEnvironment(), ...options });
  if (outcome.files.some(({ code }) => code === undefined)) process.stderr.write(`${outcome.console}\n`);
  return outcome.files;
}

/** An emulated processor takes ten times as long, and much more on a machine that is busy with other work. */
function testEnvironment() {
  const names = ["CI", "SPEC_FILTER", "PROPERTY_FACTOR"].filter((name) => process.env[name] !== undefined);
  return { SPEC_LIMIT_FACTOR: "24", ...Object.fromEntries(names.map((name) => [name, process.env[name]])) };
}
