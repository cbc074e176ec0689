import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A package's own integration tests, laid out so that their `require("../...")` finds the package. */
export interface Suite {
  readonly name: string;
  readonly folder: string;
  /** Programs for Node in their order, as the package's own `run-tests` has it. */
  readonly tests: readonly string[];
}

const require = createRequire(import.meta.url);
const wired = fileURLToPath(new URL("../../../../test/kernel/peers/wired-onoff.cjs", import.meta.url));

/** Copies the tests of onoff; what they find as onoff is `wired-onoff.cjs`. */
export function onoffSuite(into: string): Suite {
  return suite("onoff", into, "onoff.js", wired);
}

/** Copies the tests of i2c-bus; what they find is the package itself. `modules`: where lodash is. */
export function i2cBusSuite(into: string, modules: string): Suite {
  symlinkSync(modules, join(into, "node_modules"));
  return suite("i2c-bus", into, "index.js", require.resolve("i2c-bus"));
}

function suite(name: string, into: string, entry: string, target: string): Suite {
  const source = join(dirname(require.resolve(`${name}/package.json`)), "integration-test");
  const folder = join(into, name, "integration-test");
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  writeFileSync(join(into, name, "package.json"), "{}"); // CommonJS, whatever lies above
  writeFileSync(join(into, name, entry), `module.exports = require(${JSON.stringify(target)});\n`);
  const script = readFileSync(join(folder, "run-tests"), "utf8");
  const tests = [...script.matchAll(/^node (\S+)$/gm)].map(([, test = ""]) => test);
  return { name, folder, tests };
}
