/**
 * `npm run test:brokers`: runs dist/test/**\/*.brokers.js: what boards need of a broker, over each that Debian has, and boards on a
 * cluster of three of which nodes are killed. Takes three minutes, and packages of 60 MB; not part of npm test.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { forBrokers, installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

const fileLimitMs = 400_000;

await prepare();
installDebianPackages(forBrokers);
const words = process.argv.slice(2);
const files = readdirSync(join(root, "dist/test"), { recursive: true })
  .filter((file) => file.endsWith(".brokers.js") && words.every((word) => file.includes(word)))
  .map((file) => join("dist/test", file))
  .sort();
let failed = files.length === 0 ? 1 : 0;
for (const file of files) failed += await run(file);
process.exit(failed > 0 ? 1 : 0);

/** 1 when it failed, or tested nothing. */
function run(file) {
  return new Promise((done) => {
    const child = spawn(process.execPath, ["--enable-source-maps", file], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
      process.stdout.write(data);
    });
    const limit = setTimeout(() => child.kill("SIGKILL"), fileLimitMs);
    child.on("close", (code) => {
      clearTimeout(limit);
      const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(output)?.[1] ?? "null");
      done(code !== 0 || counts === null || counts.failed > 0 || counts.passed === 0 ? 1 : 0);
    });
  });
}
