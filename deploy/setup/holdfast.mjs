#!/usr/bin/env node
/** The `holdfast` command: prepares a fresh clone if it must, then runs the CLI in this process. */
import { markInUse } from "./in-use.mjs";
import { prepare, root } from "./prepare.mjs";

await prepare({ goesOn: true });
if (process.argv[2] === "run") markInUse(root);
await import("../../dist/deploy/cli/main.js");
