/**
 * A line that is switched by hand: a guardian of its own has it, as a process. This one gives signs of life, and is the
 * second net: where that guardian is killed, it brings the line to its safe level by itself.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { outputPlans } from "../../firmware/guardian/output-set.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { onTimeFile } from "../board/on-time-file.ts";
import { hardwarePlan } from "../config/plan.ts";
import { type HandWish, handPlan, handText } from "../hand/hand-choice.ts";
import { HAND_PLAN, type HandNews, type HandPlan } from "../hand/hand-plan.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { type HandMachine, lineSeen, mustBeFree } from "./line-look.ts";

/** Signs of life: four within the shortest default lease. */
const BEAT_MS = 500;
/** Folder in memory of the service's on-times, where the machine has one. */
const KEPT = "/run/holdfast-kept";

export interface HandFlags {
  readonly json: boolean;
  readonly stateFolder: string;
}

/** Resolves when it is over. Throws `HandRefusal`, and `CliError` where it was refused or did not do as it should. */
export async function switchLine(wish: HandWish, machine: HandMachine, flags: HandFlags): Promise<void> {
  const { board, files, config } = machine;
  mustBeFree(await lineSeen(wish.line, machine));
  const plan: HandPlan = { ...handPlan(wish, board, files, config), ...onTimesOf(machine, flags) };
  const teller = new Teller(wish, plan, flags.json);
  const program = fileURLToPath(new URL("../hand/hand-main.js", import.meta.url));
  const child = spawn(process.execPath, [program], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // a terminal's Ctrl-C is for this process, which ends it in order
    env: { ...process.env, [HAND_PLAN]: JSON.stringify(plan) },
  });
  const beat = setInterval(() => child.stdin.write("\n"), BEAT_MS);
  child.stdin.on("error", () => {}); // it has ended: that is heard by itself
  const stop = () => child.stdin.end();
  const end = () => {
    clearInterval(beat);
    stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  createInterface({ input: child.stdout }).on("line", (text) => teller.hear(JSON.parse(text) as HandNews));
  await new Promise((done) => child.once("close", done));
  clearInterval(beat);
  if (!teller.hasEnded) await secondNet(plan, teller);
  teller.judge();
}

/** On-times of the configured outputs go on where the board's guardian left them, and are its own again later. */
function onTimesOf({ config }: HandMachine, { stateFolder }: HandFlags): Pick<HandPlan, "onTimes"> {
  if (config === undefined) return {};
  const kept = process.env.HOLDFAST_KEPT ?? (existsSync(KEPT) ? KEPT : undefined);
  const { file, why } = onTimeFile({ ...process.env, HOLDFAST_KEPT: kept }, config.board.id, stateFolder);
  if (file !== undefined) return { onTimes: { file, outputs: outputPlans(hardwarePlan(config)) } };
  process.stderr.write(`how long its outputs were on before is not known here: ${why}\n`);
  return {};
}

async function secondNet(plan: HandPlan, teller: Teller): Promise<void> {
  const { stopOutputs } = await import("../../firmware/guardian/stop-step.ts");
  const outcomes = await stopOutputs({ outputs: plan.outputs, linux: plan.linux }, true, new SystemClock());
  const unsafe = outcomes.filter(({ did }) => did === "failed").map(({ line }) => line);
  teller.hear({ refused: { code: "killed", why: "its guardian was killed" } });
  teller.hear({ ended: { unsafe, input: false } });
}

/** Says what is heard, in words or as JSON, and judges it. */
class Teller {
  readonly #wish: HandWish;
  readonly #plan: HandPlan;
  readonly #json: boolean;
  readonly #line: string;
  #refused: Extract<HandNews, { refused: unknown }>["refused"] | undefined;
  #ended: Extract<HandNews, { ended: unknown }>["ended"] | undefined;

  constructor(wish: HandWish, plan: HandPlan, json: boolean) {
    this.#wish = wish;
    this.#plan = plan;
    this.#json = json;
    this.#line = handText(plan.outputs[0]!.line);
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined || this.#refused?.code === "noHardware";
  }

  hear(news: HandNews): void {
    if ("refused" in news) this.#refused ??= news.refused;
    if ("ended" in news) this.#ended = news.ended;
    if (this.#json)
      process.stdout.write(`${JSON.stringify({ line: this.#plan.outputs[0]!.line, ...news })}\n`);
    else if ("driven" in news)
      this.#say(`is ${this.#level(this.#wish.on)} for ${formatDuration(this.#plan.forMs)}; Ctrl-C ends it`);
    else if ("waits" in news) this.#say(`waits: ${WAITS[news.waits]}`);
    else if ("ended" in news && this.#refused === undefined)
      this.#say(
        news.ended.input
          ? "is an input again, as before"
          : `is ${this.#level(this.#plan.outputs[0]!.safe === "on")}`,
      );
  }

  /** Throws `CliError` where it was not as it should be. */
  judge(): void {
    const { unsafe = [] } = this.#ended ?? {};
    if (unsafe.length > 0)
      throw new CliError(
        EXIT.failed,
        `${unsafe.join(", ")} did not read back the safe level: cut the load's supply, then look at the wiring`,
      );
    if (this.#refused === undefined) return;
    const code = REFUSALS.includes(this.#refused.code) ? EXIT.refused : EXIT.failed;
    throw new CliError(code, `${this.#line}: ${WHY[this.#refused.code] ?? this.#refused.why}`);
  }

  #say(text: string): void {
    process.stdout.write(`${this.#line} ${text}\n`);
  }

  #level(on: boolean): string {
    const { activeLow } = this.#plan.outputs[0]!;
    return `${on ? "on" : "off"} (${on === activeLow ? "low" : "high"})`;
  }
}

/** Of a policy, or of whoever has the line: trying again later may do. */
const REFUSALS = ["noHardware", "max_on", "interlock", "maxOn", "maxOnLatched"];
/** What helps; for the rest the guardian's own words. */
const WHY: Readonly<Record<string, string>> = {
  read_back: "it was driven and does not read back so: look for a short, or for who else drives it",
  max_on:
    "it has been on for its maxOn, or its fault is latched: it has to rest; the running board clears a fault (holdfast clear)",
  maxOn: "its maxOn ended it before its time: it has to rest",
  maxOnLatched:
    "its maxOn ended it, and latched it off as a fault: the running board clears that (holdfast clear)",
  interlock: "another output of its interlock is on",
  leaseExpired: "nothing was heard of this command for its lease: it went to its safe level",
};
const WAITS = {
  min_off: "it has to be off for its minOff first, which starts with its guardian",
  switching: "others of its interlock go off first, and the dead time passes",
};
