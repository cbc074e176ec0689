/** What a command by hand may be: a line of this machine, free, under the policy that its configuration gives it. Pure. */
import type { Board } from "../../firmware/board/detect-board.ts";
import { findHardware } from "../../firmware/board/hardware-problems.ts";
import { findLine, lineText } from "../../firmware/board/line-names.ts";
import type { HardwarePlan, OutputPlan } from "../../firmware/contracts/output-plan.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import type { HandCommand } from "../../firmware/guardian/hand-line.ts";
import { HEADER } from "../../firmware/header-map.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { devicePlans, hardwarePlan } from "../config/plan.ts";
import type { HandPlan } from "./hand-plan.ts";

/** Away from its safe level without a sign of whoever commands it; as the default of outputs. */
const LEASE_MS = 2000;

/** Why a line is not driven by hand, with what helps. */
export class HandRefusal extends Error {
  override readonly name = "HandRefusal";
}

export interface HandWish {
  /** As written: `GPIO17`, `pin 11`, or `pin11`. */
  readonly line: string;
  readonly on: boolean;
  readonly forMs: number;
  /** On when low; only of a line that no configuration names. */
  readonly activeLow?: boolean;
}

/** `config`: of a board on real pins, where there is one. Throws `HandRefusal`. */
export function handPlan(
  wish: HandWish,
  board: Board,
  files: SystemFiles,
  config?: BoardConfig,
): Omit<HandPlan, "onTimes"> {
  const { on, forMs } = wish;
  const line = knownLine(wish.line, board);
  const named = config === undefined ? undefined : namedBy(config, line, board);
  if (named === undefined) {
    const plan: OutputPlan = {
      ...{ line, kind: "line", activeLow: wish.activeLow === true, safe: "off", onCrash: "safe" },
      leaseMs: LEASE_MS,
    };
    return ready({ outputs: [plan], interlocks: [], level: on ? 1 : 0, forMs }, board, files, config, true);
  }
  if (wish.activeLow !== undefined)
    throw new HandRefusal(
      `${line} is ${named.user}: its configuration says whether it is on when low; leave --active-low away`,
    );
  if (named.output === undefined)
    throw new HandRefusal(
      `${line} is an input, ${named.user}: whoever drives it may drive against its sensor`,
    );
  if (named.output.kind === "pwm")
    throw new HandRefusal(
      `${line} is ${named.user}, and has pulses: holdfast set does that while the board runs`,
    );
  const { maxOnMs } = named.output;
  if (on && maxOnMs !== undefined && forMs > maxOnMs)
    throw new HandRefusal(
      `${line} is ${named.user}: on for ${formatDuration(maxOnMs)} at most (maxOn); found ${formatDuration(forMs)}`,
    );
  const command = { ...withGroups(named.output, hardwarePlan(config!)), level: on ? 1 : 0, forMs } as const;
  return ready(command, board, files, config, false);
}

/** The line by its name on the header. Throws `HandRefusal` for one that the board does not have. */
export function knownLine(word: string, board: Board): string {
  const [, pin] = /^pin ?(\d+)$/i.exec(word) ?? [];
  const place = findLine(pin === undefined ? word : `pin ${pin}`, board);
  const name = place === undefined ? undefined : `GPIO${place.offset}`;
  if (name !== undefined && Object.hasOwn(HEADER, name)) return name;
  const pins = 'GPIO0 to GPIO27, or by pin "pin 3" to "pin 40"';
  throw new HandRefusal(`${board.model} has no line "${word}"; it has ${pins}`);
}

interface Named {
  /** `pump of greenhouse`. */
  readonly user: string;
  /** Absent: an input. */
  readonly output?: OutputPlan;
}

/** Who the configuration gives a line to; its names may be pins. */
export function namedBy(config: BoardConfig, line: string, board: Board): Named | undefined {
  const isIt = (name: string) => findLine(name, board)?.offset === findLine(line, board)?.offset;
  const plan = hardwarePlan(config);
  const output = plan.outputs.find((one) => isIt(one.line));
  if (output === undefined && !plan.inputs.some((one) => isIt(one.line))) return undefined;
  const device = devicePlans(config).find(
    (one) =>
      (one.output !== undefined && isIt(one.output.line)) ||
      (one.input !== undefined && isIt(one.input.line)),
  );
  const user = `${device?.id ?? "a reset or supply line"} of ${config.board.id}`;
  return { user, ...(output && { output }) };
}

/** Its policy, but for what is for crashes: by hand it goes safe. The others of its groups come along, so that those hold. */
function withGroups(output: OutputPlan, plan: HardwarePlan): Pick<HandCommand, "outputs" | "interlocks"> {
  const interlocks = (plan.interlocks ?? []).filter(({ lines }) => lines.includes(output.line));
  const others = plan.outputs.filter(
    ({ line }) => line !== output.line && interlocks.some(({ lines }) => lines.includes(line)),
  );
  if (interlocks.some(({ lines }) => lines.some((line) => !plan.outputs.some((one) => one.line === line))))
    throw new HandRefusal(
      `${output.line} shares an interlock with an output behind an expander, which nobody watches now: start the board, and use holdfast set`,
    );
  return { outputs: [byHand(output), ...others], interlocks };
}

function byHand({ holdForMs: _, leaseMs = LEASE_MS, ...output }: OutputPlan): OutputPlan {
  return { ...output, onCrash: "safe", leaseMs: Math.min(leaseMs, LEASE_MS) };
}

function ready(
  command: HandCommand,
  board: Board,
  files: SystemFiles,
  config: BoardConfig | undefined,
  giveBack: boolean,
): Omit<HandPlan, "onTimes"> {
  const { places, problems } = findHardware(
    { outputs: command.outputs, inputs: [], buses: [] },
    board,
    files,
  );
  if (places === undefined) throw new HandRefusal(problems.join("\n"));
  return { ...command, linux: { backend: config?.backend ?? "chardev", places }, giveBack };
}

/** `GPIO17 (pin 11)`. */
export function handText(line: string): string {
  return lineText({ chip: "", offset: Number(line.slice("GPIO".length)) });
}
