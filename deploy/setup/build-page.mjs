/**
 * Bundles the dashboard into dist/dashboard and compresses it; nothing is compressed at run time. File names
 * of script and style carry their content, so a browser may keep them for ever; index.html names them.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./prepare.mjs";

/** What a phone on a weak link fetches in a second or two; the page fits with room to spare. */
const limitBytes = 60 * 1024;
const source = join(root, "deploy/dashboard/page");
const target = join(root, "dist/dashboard");

const { outputFiles } = await build({
  entryPoints: { app: join(source, "main.tsx") },
  outdir: target,
  // The hashes in names are of paths, too: the same wherever the checkout and its packages lie.
  absWorkingDir: root,
  preserveSymlinks: true,
  entryNames: "[name]-[hash]",
  tsconfig: join(root, "deploy/dashboard/tsconfig.json"),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  legalComments: "none",
  write: false,
});

const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
let page = readFileSync(join(source, "index.html"), "utf8");
for (const name of files.keys()) page = page.replace(`"${name.replace(/-[^-.]+(?=\.)/, "")}"`, `"${name}"`);
files.set("index.html", Buffer.from(page.replace(/>\s+</g, "><").trim()));
files.set("favicon.svg", readFileSync(join(source, "favicon.svg")));

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
let total = 0;
for (const [name, content] of files) {
  const gz = gzipSync(content, { level: 9 });
  const br = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(target, name), content);
  writeFileSync(join(target, `${name}.gz`), gz);
  writeFileSync(join(target, `${name}.br`), br);
  total += gz.length;
  console.log(`${name}: ${content.length} B, gz ${gz.length} B, br ${br.length} B`);
}
console.log(`total: gz ${total} B of at most ${limitBytes} B`);
if (total > limitBytes) {
  console.error("the dashboard is larger than it may be");
  process.exitCode = 1;
}
