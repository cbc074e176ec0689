/**
 * The guardian of one line that somebody commands by hand, as a process of its own: what it drives goes safe when the
 * time is over, when whoever started it says nothing for the line's lease (frozen, not dead), and when the other end of
 * standard input is closed (dead). Ends by itself, code 0 when all safe levels were read back, 1 otherwise.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import { LineError } from "../../firmware/contracts/line.ts";
import { HandLine } from "../../firmware/guardian/hand-line.ts";
import { OnTimeFile } from "../../firmware/guardian/on-time-file.ts";
import { openHardware } from "../../firmware/guardian/open-hardware.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { HAND_PLAN, type HandNews, type HandPlan } from "./hand-plan.ts";

/** How often policy is looked at. */
const TURN_MS = 10;
/** Outputs that do not read back are driven again each 100 ms, so long. */
const SETTLE_MS = 500;

/** Events of the guardian after which the level is gone. */
const TAKEN_BACK: readonly string[] = ["leaseExpired", "maxOn", "maxOnLatched"];

process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
const plan = JSON.parse(process.env[HAND_PLAN] ?? "null") as HandPlan | null;
if (plan === null) throw new Error("this is started by holdfast line");
const tell = (news: HandNews): void => void process.stdout.write(`${JSON.stringify(news)}\n`);
process.stdout.on("error", () => {}); // whoever listened is gone: its end of standard input says so, too

let wanted = true;
let beats = 0;
const end = () => {
  wanted = false;
};
process.on("SIGTERM", end);
process.stdin
  .on("data", () => beats++)
  .on("end", end)
  .on("error", end);

const clock = new SystemClock();
const { outputs, linux, onTimes } = plan;
const opened = await openHardware(
  { outputs, inputs: [], buses: [], linux, runtime: { command: "", args: [] } },
  clock,
  end,
  () => {},
).catch((error: unknown) => {
  if (!(error instanceof HardwareError)) throw error;
  tell({ refused: { code: "noHardware", why: error.message } });
  process.exit(1);
});
const { backend } = opened;
const wereInputs = backend.found.map(({ driven }) => !driven);
/** Policy took the level back. */
let takenBack: string | undefined;
const hand = new HandLine(plan, {
  clock,
  backend,
  onEvent: (event) => {
    if (TAKEN_BACK.includes(event.kind)) takenBack ??= event.kind;
  },
  ...(onTimes && { onTimes: new OnTimeFile(onTimes.file, onTimes.outputs) }),
});
try {
  await command();
} catch (error) {
  // A defect, too: the line goes safe first, and who started it must not take that for all having gone well.
  const { message, stack = message } = error as Error;
  if (!(error instanceof LineError)) process.stderr.write(`${stack}\n`);
  tell({ refused: { code: error instanceof LineError ? error.code : "defect", why: message } });
} finally {
  await safe();
}

async function command(): Promise<void> {
  let isTold = false;
  for (let outcome = hand.drive(); outcome !== "driven"; outcome = hand.drive()) {
    if (!wanted) return;
    if (!isTold) tell({ waits: outcome });
    isTold = true;
    await turn();
  }
  tell({ driven: { level: plan!.level } });
  for (let heard = beats; wanted && !hand.isOver; ) {
    await turn();
    if (takenBack !== undefined)
      return tell({ refused: { code: takenBack, why: `its policy took the level back: ${takenBack}` } });
    if (beats > heard) hand.beat();
    heard = beats;
  }
}

async function turn(): Promise<void> {
  await sleep(TURN_MS);
  hand.expire();
}

async function safe(): Promise<void> {
  let unsafe = hand.end();
  const untilUs = clock.now() + SETTLE_MS * 1000;
  while (unsafe.length > 0 && clock.now() < untilUs) {
    await turn();
    unsafe = hand.unsafe();
  }
  const input = plan!.giveBack && wereInputs[0] === true;
  for (const [line, wasInput] of wereInputs.entries()) if (plan!.giveBack && wasInput) backend.free(line);
  backend.close();
  tell({ ended: { unsafe, input } });
  process.exit(unsafe.length === 0 ? 0 : 1);
}
