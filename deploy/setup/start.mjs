/** `npm start`: prepares, then runs the emulated board of board.config.json. Options go after `--`. */
import { prepare } from "./prepare.mjs";

await prepare();
process.argv.splice(2, 0, "run");
await import("../../dist/deploy/cli/main.js");
