/**
 * `boot-step begin <board>` writes down that and why the board came up, `boot-step end <board>` that it goes down in order:
 * the service's own unit runs them, once a boot. It loads no configuration, which may be wrong by then. A history that
 * cannot be written is said and is no failure: the board works without, only no reset follows.
 */
import { readOptions } from "./options.ts";
import { ThisBoot } from "./this-boot.ts";

const [, , step, board = ""] = process.argv;
const boot = new ThisBoot(readOptions(process.env).stateFolder, board);
const notKept = (why: string) => void process.stderr.write(`${JSON.stringify({ notKept: why })}\n`);
if (step === "end") {
  await boot.end(notKept);
} else {
  await boot.begin(notKept);
  process.stderr.write(`${JSON.stringify({ boot: await boot.notice() })}\n`);
}
