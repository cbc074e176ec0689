/**
 * `boot-step begin` writes down that and why the board came up, `boot-step end` that it goes down in order: the service's
 * own unit runs them, once a boot. A history that cannot be written is said and is no failure: the board
 * works without, only no reset follows.
 */
import { checkedConfig } from "./checked-config.ts";
import { readOptions } from "./options.ts";
import { ThisBoot } from "./this-boot.ts";

const options = readOptions(process.env);
const boot = new ThisBoot(options.stateFolder, checkedConfig(options).board.id);
const notKept = (why: string) => void process.stderr.write(`${JSON.stringify({ notKept: why })}\n`);
if (process.argv[2] === "end") {
  await boot.end(notKept);
} else {
  await boot.begin(notKept);
  process.stderr.write(`${JSON.stringify({ boot: await boot.notice() })}\n`);
}
