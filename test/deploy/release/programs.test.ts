import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import * as assert from "uvu/assert";
import { bundlePrograms, ownPrograms, PROGRAMS, packageFolder } from "../../../deploy/release/programs.ts";
import { projectFolder } from "../../harness/source-files.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

/** What an application has beside programs, folders of programs, and itself. */
const BESIDE = ["./", "package.json", "program/dashboard", "program/deploy/board"];
/** What the verbs read that make releases and images: they are for a checkout, and say so elsewhere. */
const OF_A_CHECKOUT = ["deploy/cli/part.js: .", "deploy/cli/part.js: deploy/image/"];
/** A part of the command line, which has one for what several verbs need. */
const PART = /^deploy\/cli\/part-[A-Z0-9]+\.js$/;
/** What the command line loads before it knows which verb is asked for: 55 KB; all verbs are 1.8 MB. */
const MOST_BYTES = 150_000;
/** What a kernel starts where nobody gave it a program: every kernel of the product is given one. */
const GIVEN = /^program\/(deploy\/board|cells)\/\*\.[jt]s$/;

spec("whatever a program starts, reads or loads beside itself lies there when it is bundled", async (t) => {
  const out = aFolder(t);
  const entries = ownPrograms(projectFolder);
  const packages = await bundlePrograms({ root: projectFolder, out, sourceMaps: false, entries });
  const programs = readdirSync(out, { recursive: true })
    .map(String)
    .filter((file) => /\.c?js$/.test(file));
  assert.equal(
    programs.filter((program) => !PART.test(program)).sort(),
    Object.keys(PROGRAMS)
      .map((place) => `${place}.${place.startsWith("cells/") ? "cjs" : "js"}`)
      .sort(),
  );
  const missing: string[] = [];
  const found = new Set<string>();
  for (const program of programs) {
    for (const place of placesBeside(readFileSync(join(out, program), "utf8"))) {
      const path = posix.join("program", posix.dirname(program), place.replace(/\$\{[^}]*\}/, "*"));
      found.add(path);
      if (BESIDE.includes(path) || programs.some((name) => matches(`program/${name}`, path))) continue;
      const named = `${program.replace(PART, "deploy/cli/part.js")}: ${path}`;
      if (!GIVEN.test(path) && !OF_A_CHECKOUT.includes(named)) missing.push(named);
    }
  }
  assert.equal(missing, []);
  assert.ok(programs.some((program) => PART.test(program)));
  const first = statSync(join(out, "deploy/cli/main.js")).size;
  assert.ok(first < MOST_BYTES, `what every verb loads: ${first} bytes`);
  for (const path of [
    "package.json",
    "program/deploy/board/*",
    "program/cells/*-thread.cjs",
    "program/dashboard",
  ])
    assert.ok(found.has(path), `the search is blind: ${[...found].join(" ")}`);
  assert.ok(packages.includes("node_modules/mqtt"), "what is part of a program is known, for its licence");
  assert.not(
    packages.some((folder) => /koffi|classic-level/.test(folder)),
    "native code stays outside",
  );
});

/** `new URL("./x.js", import.meta.url)` in a program's text. */
function placesBeside(text: string): string[] {
  const places = text.matchAll(/new URL\d*\(\s*(["`])(.*?)\1,\s*(?:import\.meta\.url|__url)/g);
  return [...places].map(([, , place = ""]) => place);
}

function matches(path: string, pattern: string): boolean {
  const [start = "", end] = pattern.split("*");
  return end === undefined ? path === pattern : path.startsWith(start) && path.endsWith(end);
}

spec("a file belongs to the innermost package around it", () => {
  assert.is(packageFolder("node_modules/mqtt/build/index.js"), "node_modules/mqtt");
  assert.is(packageFolder("node_modules/@a/b/x/y.js"), "node_modules/@a/b");
  assert.is(packageFolder("node_modules/a/node_modules/b/y.js"), "node_modules/a/node_modules/b");
  assert.is(packageFolder("dist/deploy/cli/main.js"), undefined);
});
