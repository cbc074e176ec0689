/**
 * `boot-step begin <board>` writes down that and why the board came up, `boot-step end <board>` that it goes down in order:
 * the service's own unit runs them, once a boot. `boot-step begin <board> counting` says that a watchdog counts already, and
 * ends with 3 when no further reset may come of it. It loads no configuration, which may be wrong by then. A history that
 * cannot be written is said and is no failure: the board works without, only no reset follows.
 */
import { copyBootFiles } from "../levels/boot-copies.ts";
import { FatLevels } from "../levels/fat-levels.ts";
import { updatePlace } from "../update/update-place.ts";
import { keepPanics } from "./kept-panic.ts";
import { readOptions } from "./options.ts";
import { ThisBoot } from "./this-boot.ts";

const [, , step, board = "", watchdog] = process.argv;
/** Exit code: the watchdog is to be stopped. */
const NO_RESET = 3;
const boot = new ThisBoot(readOptions(process.env).stateFolder, board);
const notKept = (why: string) => void process.stderr.write(`${JSON.stringify({ notKept: why })}\n`);
if (step === "end") {
  await boot.end(notKept);
} else {
  await boot.begin(notKept);
  await keepPanics(readOptions(process.env).stateFolder, board, notKept);
  showBootFiles();
  const notice = await boot.notice();
  process.stderr.write(`${JSON.stringify({ boot: notice })}\n`);
  if (watchdog === "counting" && !notice.mayReset) process.exitCode = NO_RESET;
}

/** On Holdfast OS, whose boot partition is not mounted: for the guardian, which compares it with its outputs. */
function showBootFiles(): void {
  const { HOLDFAST_SLOTS: slots = "" } = process.env;
  if (!slots.startsWith("disk:")) return;
  try {
    const place = updatePlace(slots, readOptions(process.env).stateFolder, undefined);
    if (place.kind === "disk") copyBootFiles(new FatLevels(place.boot));
  } catch (error) {
    process.stderr.write(`${JSON.stringify({ bootFilesNotRead: (error as Error).message })}\n`);
  }
}
