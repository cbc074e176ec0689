/**
 * `npm run test:pi`: runs dist/test/kernel/*.pi.js on an emulated Raspberry Pi 3 (30 s on a quiet machine). Not part
 * of npm test: the board has no way to share files, so Node and the program go into its first file system.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { forPi, installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

await prepare();
installDebianPackages(forPi);
const missing = forPi.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
if (missing.length > 0) {
  process.stderr.write(`holdfast: not installed: ${missing.join(", ")}\n`);
  process.exit(1);
}
const { piInitramfs, piParts } = await import("../../dist/test/kernel/pi/pi-parts.js");
const { bootPi } = await import("../../dist/test/kernel/pi/boot-pi.js");
const { piQemu } = await import("../../dist/test/kernel/pi/qemu.js");
const folder = mkdtempSync(join(tmpdir(), "holdfast-pi-"));
try {
  const step = (what) => process.stderr.write(`holdfast: ${what} ...\n`);
  const qemu = piQemu(step);
  if (qemu.noI2c !== undefined) step(`without its I2C bus: ${qemu.noI2c}`);
  const parts = piParts(root, step);
  const program = join(folder, "board.mjs");
  const tests = join(root, "dist/test/kernel");
  const programs = readdirSync(tests).filter((file) => file.endsWith(".pi.js"));
  await build({
    stdin: { contents: programs.map((file) => `import "./${file}";`).join("\n"), resolveDir: tests },
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["koffi"],
    logLevel: "warning",
  });
  const initrd = join(folder, "initrd");
  const init = readFileSync(join(root, "test/kernel/pi/init.sh"));
  writeFileSync(initrd, piInitramfs(parts.base, init, readFileSync(program)));
  process.stderr.write("holdfast: booting an emulated Raspberry Pi 3 ...\n");
  const text = await bootPi(parts, initrd, qemu);
  process.stdout.write(`${text.slice(text.indexOf("PI UP"))}\n`);
  const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(text)?.[1] ?? "null");
  process.exitCode = counts !== null && counts.failed === 0 && counts.passed > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
