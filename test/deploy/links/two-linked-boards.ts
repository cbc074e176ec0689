/** Two boards in virtual time: a pump with its door on one, whoever commands it on the other; the test plays the hardware. */
import { rightsBook } from "../../../deploy/config/rights-schema.ts";
import { Offences } from "../../../deploy/links/offences.ts";
import { outputDoor } from "../../../deploy/links/output-door.ts";
import { driving } from "../../../devices/handler/contracts.ts";
import type { ControlLaw } from "../../../devices/handler/control-law.ts";
import { controllerProcess } from "../../../devices/handler/controller-process.ts";
import type { ControllerPlan, DevicePlan } from "../../../devices/handler/device-plan.ts";
import { deviceProcess } from "../../../devices/handler/device-process.ts";
import { freshLadder } from "../../../devices/handler/ladder-state.ts";
import {
  type ControllerMessage,
  type DeviceMessage,
  TELEMETRY,
  type TelemetryMessage,
} from "../../../devices/handler/messages.ts";
import type { DeviceTask } from "../../../devices/handler/task.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { ConverseMessage, TalkMessage } from "../../../runtime/protocol/conversation-messages.ts";
import { Conversations } from "../../../runtime/protocol/conversations.ts";
import type { CellBench } from "../../contracts/cells.ts";
import { linkedKernels } from "../../contracts/linked-kernels.ts";
import { demoPlan } from "../demo-board.ts";

export const LEASE_MS = 5000;

const { ownedBy: _, ...unowned } = demoPlan("pump");
const pumpPlan: DevicePlan = { ...unowned, lent: true, maxOverrideMs: 600_000 };

export class TwoLinkedBoards {
  readonly bench = linkedKernels();
  /** Levels of the pump's line, with the second in which they came. */
  readonly line: [level: number, s: number][] = [];
  /** Events of the pump, in words. */
  readonly events: string[] = [];
  /** The latest of each field of the states, by device. */
  readonly states: Record<string, Record<string, unknown>> = {};
  #level = 0;
  #nowUs: () => number = () => 0;

  /** `lentTo`: the board that may command the pump. */
  constructor({ lentTo = "greenhouse" }: { readonly lentTo?: string } = {}) {
    const { greenhouse, pumphouse } = this.bench;
    for (const { kernel } of [greenhouse, pumphouse]) kernel.cell.spawn(this.#telemetry(), []);
    this.device(pumphouse, pumpPlan, this.#pump());
    const plan = {
      device: "pump",
      rights: rightsBook({ boards: { [lentTo]: { command: ["pump"] } } }),
      leaseMs: LEASE_MS,
    };
    const offences = new Offences(
      () => this.#nowUs(),
      (event) => this.events.push(inWords({ ...event })),
    );
    pumphouse.kernel.cell.spawn((self: Self<TalkMessage>) => outputDoor(self, plan, offences), []);
    pumphouse.kernel.cell.spawn((self: Self) => this.#desk(self), []);
  }

  get seconds(): number {
    return Math.round(this.#nowUs() / 1e6);
  }

  /** Lets so much time pass. */
  async pass(seconds: number): Promise<void> {
    const endUs = this.#nowUs() + seconds * 1e6;
    await this.bench.greenhouse.until(() => this.#nowUs() >= endUs);
  }

  /** A device that is what the task makes it. */
  device(board: CellBench, plan: DevicePlan, task: DeviceTask): void {
    const hardware = { waitedUs: 0, endBy: () => {} };
    const start = { ladder: freshLadder(plan.ladder), kept: {}, emulated: true };
    board.kernel.cell.spawn(function* (self: Self<DeviceMessage>): ProcessGenerator {
      const keeper = self.spawn(quiet, []);
      yield* deviceProcess(self, plan, start, keeper, task, hardware);
    }, []);
  }

  /** A controller of the greenhouse that drives the pump over there. */
  controller(plan: ControllerPlan, law: ControlLaw): Pid {
    const start = { ladder: freshLadder(plan.ladder), kept: {}, emulated: true };
    return this.bench.greenhouse.kernel.cell.spawn(function* (
      self: Self<ControllerMessage>,
    ): ProcessGenerator {
      const keeper = self.spawn(quiet, []);
      yield* controllerProcess(self, plan, start, keeper, law);
    }, []);
  }

  /** Ends a process of the greenhouse. */
  kill(pid: Pid): void {
    this.bench.greenhouse.kernel.cell.exit(undefined, pid, "killed");
  }

  /** A command by MQTT, as the gate passes it on. */
  command(command: Readonly<Record<string, unknown>>): void {
    this.bench.pumphouse.kernel.cell.post("pump", { type: "command", command });
  }

  #pump(): DeviceTask {
    const isOn = () => this.#level === 1;
    return {
      *start() {},
      *sample() {
        yield* [];
        return [{ reading: "on", value: isOn() }];
      },
      drive: (level) => {
        this.#level = level;
        this.line.push([level, this.seconds]);
        return level;
      },
      renew: () => {},
    };
  }

  /** What stands for a board wherever it is linked. */
  *#desk(self: Self): ProcessGenerator {
    self.publish("board");
    yield* quiet(self);
  }

  #telemetry() {
    const { events, states } = this;
    const clock = (nowUs: () => number) => {
      this.#nowUs = nowUs;
    };
    return function* telemetry(self: Self<TelemetryMessage>): ProcessGenerator {
      self.register(TELEMETRY);
      clock(() => self.nowUs());
      for (;;) {
        const message = (yield* self.receive()) as TelemetryMessage;
        if (message.type === "state")
          states[message.device] = { ...states[message.device], ...message.patch };
        else if (message.type === "refused") events.push(`refused set: ${message.reason}`);
        else if (message.type === "event") events.push(inWords(message.event));
      }
    };
  }
}

function inWords({ kind, ...rest }: Readonly<Record<string, unknown>>): string {
  const { by, from, cause, reason, level } = rest;
  return [kind, by ?? from, cause ?? reason ?? level].filter((word) => word !== undefined).join(" ");
}

/** Takes what it gets, and does nothing. */
export function* quiet(self: Self): ProcessGenerator {
  for (;;) yield* self.receive();
}

/** Soil that a controller waters: 20 %, always. */
export function drySoil(): DeviceTask {
  return {
    *start() {},
    *sample() {
      yield* [];
      return [{ reading: "moisture", value: 20 }];
    },
  };
}

type Said = NonNullable<ReturnType<Conversations<typeof driving.spec, "device">["take"]>>;

/** What stands on another board in the place of an output's door, and does what a test wants when it is asked and told. */
export function foreignDoor(
  { kernel }: CellBench,
  opened: (self: Self, from: Pid) => void,
  driven: (self: Self, talk: Said["talk"], drive: Extract<Said["heard"], { readonly type: "drive" }>) => void,
): void {
  kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    self.publish("valve.output");
    const talks = new Conversations(self, driving, "device");
    for (;;) {
      const message = (yield* self.receive()) as unknown as ConverseMessage;
      if (message.type === "converse") {
        talks.accept(message);
        opened(self, message.from);
      }
      const said = talks.take(message);
      if (said?.heard.type === "drive") driven(self, said.talk, said.heard);
    }
  }, []);
}
