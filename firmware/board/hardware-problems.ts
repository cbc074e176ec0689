import type { BusPinPlaces, LinePlace, PwmPlace } from "../contracts/guardian-plan.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import type { SystemFiles } from "../contracts/system-files.ts";
import { busProblem } from "./bus-state.ts";
import { busWiring } from "./bus-wiring.ts";
import type { Board } from "./detect-board.ts";
import { findLine, lineText } from "./line-names.ts";
import { type PinUser, pinFunctions } from "./pin-functions.ts";
import { findPwm, isPwm } from "./pwm-places.ts";
import { spiProblem, w1Problem } from "./wire-state.ts";

/** What frees the pins of a device, for /boot/firmware/config.txt. */
const OFF: Readonly<Record<string, string>> = {
  i2c: "dtparam=i2c_arm=off",
  spi: "dtparam=spi=off",
  serial: "enable_uart=0",
  uart: "enable_uart=0",
};

/** The places of every line, or everything that stands in the way, each a sentence that ends with what helps. */
export type HardwareFindings =
  | {
      readonly places: Readonly<Record<string, LinePlace>>;
      /** PWM outputs; absent where the plan has none. */
      readonly pwm?: Readonly<Record<string, PwmPlace>>;
      /** Buses whose lines the plan names; absent where there are none. */
      readonly busPins?: Readonly<Record<string, BusPinPlaces>>;
      readonly problems?: never;
    }
  | {
      readonly places?: never;
      readonly pwm?: never;
      readonly busPins?: never;
      readonly problems: readonly string[];
    };

/** Whether this board has the lines and buses of a plan, and nobody else uses them. Reads files only. */
export function findHardware(plan: HardwarePlan, board: Board, files: SystemFiles): HardwareFindings {
  const problems: string[] = [];
  const places: Record<string, LinePlace> = {};
  const taken = new Map<number, string>();
  const users = pinFunctions(board);
  const pwmLines = plan.outputs.filter(({ kind }) => kind === "pwm").map(({ line }) => line);
  const withPwm: { line: string; offset: number }[] = [];
  for (const { line } of [...plan.outputs, ...plan.inputs]) {
    const place = findLine(line, board);
    if (place === undefined) {
      problems.push(
        `${line}: ${board.model} has no such line; it has GPIO0 to GPIO27, by pin "pin 3" to "pin 40"`,
      );
      continue;
    }
    const other = taken.get(place.offset);
    if (other !== undefined) {
      problems.push(`${line}: is ${lineText(place)}, which ${other} is too; each line has one use`);
      continue;
    }
    taken.set(place.offset, line);
    const user = users.get(place.offset);
    if (user !== undefined && !(pwmLines.includes(line) && isPwm(user))) {
      problems.push(inUse(line, place, user));
    } else if (pwmLines.includes(line)) {
      withPwm.push({ line, offset: place.offset });
    }
    places[line] = place;
  }
  const pwm = findPwm(withPwm, users, files);
  problems.push(...pwm.problems);
  const busPins: Record<string, BusPinPlaces> = {};
  for (const bus of plan.buses) {
    const problem =
      bus.spi !== undefined
        ? spiProblem(bus, files)
        : bus.w1 !== undefined
          ? w1Problem(bus, board, users, files)
          : busProblem(bus.bus, board, files);
    const isI2c = bus.spi === undefined && bus.w1 === undefined;
    const wiring = problem === undefined && isI2c ? busWiring(bus, board, users) : undefined;
    for (const text of wiring?.problems ?? [problem])
      if (text !== undefined) problems.push(`${bus.bus}: ${text}`);
    if (wiring?.pins !== undefined) busPins[bus.bus] = wiring.pins;
  }
  if (problems.length > 0) return { problems };
  return {
    places,
    ...(pwmLines.length > 0 && { pwm: pwm.places }),
    ...(Object.keys(busPins).length > 0 && { busPins }),
  };
}

function inUse(line: string, place: LinePlace, { name }: PinUser): string {
  const [kind = ""] = /^[a-z0-9]+?(?=\d*(@|$))/.exec(name) ?? [];
  const off = OFF[kind];
  const free =
    off === undefined
      ? "take the dtoverlay or dtparam that turned it on out of /boot/firmware/config.txt and restart"
      : `put "${off}" into /boot/firmware/config.txt and restart`;
  return `${line}: ${lineText(place)} is in use by ${name}; ${free}, or use another line`;
}
