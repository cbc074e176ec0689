#!/usr/bin/env node
/** The `holdfast` command: prepares a fresh clone if it must, then runs the CLI in this process. */
import { prepare } from "./prepare.mjs";

await prepare();
await import("../../dist/deploy/cli/main.js");
