/** `npm start`: prepares, then runs the emulated board of board.config.json. Options go after `--`. */
import { markInUse } from "./in-use.mjs";
import { prepare, root } from "./prepare.mjs";

await prepare({ goesOn: true });
markInUse(root);
process.argv.splice(2, 0, "run");
await import("../../dist/deploy/cli/main.js");
