/** `npm run demo:two [-- --http-port 9000 --mqtt-port 2000 --broker mqtt://localhost:1883]`: prepares, then runs two linked boards until Ctrl-C. */
import { markInUse } from "./in-use.mjs";
import { prepare, root } from "./prepare.mjs";

await prepare();
markInUse(root);
const { readDemoOptions, TwoBoards } = await import("../../dist/deploy/demo/two-boards.js");
try {
  process.exitCode = await new TwoBoards(readDemoOptions(process.argv.slice(2), process.env)).run();
} catch (error) {
  process.stderr.write(`holdfast: ${error.message}\n`);
  process.exitCode = 2;
}
