/** What the cells of the fence benches do: each holds a line and misbehaves in one way. */
import { constants, openSync, writeSync } from "node:fs";
import { GuardianClient } from "../../../firmware/client/guardian-client.ts";
import type { GuardianLink } from "../../../firmware/contracts/guardian-link.ts";
import { FrameWriter, KIND } from "../../../firmware/transport/frame.ts";
import type { CellEnvironment } from "../../../runtime/cell/thread-start.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { chipAddress } from "../../firmware/fixtures/bench-plan.ts";

/** Where the cells report to. */
export const DESK = "desk";
/** Work has so long until its hard deadline, us: longer than the watchdog sleeps between two looks. */
const WORK_US = 20_000;

interface Held {
  readonly hardware: GuardianClient;
  readonly link: GuardianLink;
}

/** `setup` of all of them. */
export function heldHardware({ clock, bell, prepared, progress }: CellEnvironment): Held {
  const link = prepared as GuardianLink;
  return {
    link,
    hardware: new GuardianClient(link, { clock, bell, bellIndex: 0, sign: progress, limitMs: 250 }),
  };
}

/** Switches its line on, then loops for ever in work whose hard deadline it tells first. */
export function* hangs(self: Self<{ type: "hang" }>, line: string): ProcessGenerator {
  const { hardware } = self.resources as Held;
  hardware.output(line).write(1);
  self.send(DESK, { type: "said", value: "on" });
  yield* self.receive("hang");
  const hardUs = self.nowUs() + WORK_US + Math.random() * 10_000;
  self.send(DESK, { type: "said", value: hardUs });
  self.work(hardUs, hardUs);
  yield* self.sleep(0.1);
  for (;;);
}

/** Switches its line on, and renews it every 100 ms. */
export function* holds(self: Self, line: string): ProcessGenerator {
  const output = (self.resources as Held).hardware.output(line);
  output.write(1);
  self.send(DESK, { type: "said", value: "on" });
  for (;;) {
    yield* self.sleep(100);
    output.renew();
  }
}

/** Writes requests into its pipe as fast as that takes them, and listens to no answer. */
export function* floodsGuardian(self: Self, line: string): ProcessGenerator {
  const { link } = self.resources as Held;
  const pipe = openSync(link.requestPath, constants.O_WRONLY | constants.O_NONBLOCK);
  const frame = new FrameWriter();
  self.send(DESK, { type: "said", value: "on" });
  for (let request = 0; ; request++) {
    const dueUs = self.nowUs() + 100_000;
    frame.begin(KIND.renew, 0, request >>> 0, link.owner, link.epoch, dueUs).u16(link.lines[line]!);
    try {
      writeSync(pipe, frame.bytes, 0, frame.length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
    if (request % 64 === 0) yield* self.sleep(0.1);
  }
}

/** Keeps a transfer under way on each of its buses, whatever becomes of it. */
export function* usesBuses(self: Self, buses: readonly string[]): ProcessGenerator {
  const { hardware } = self.resources as Held;
  self.send(DESK, { type: "said", value: "on" });
  for (;;) {
    for (const bus of buses) {
      try {
        hardware.i2c(bus, chipAddress).readRegister16(0);
      } catch {
        // That is what it is for.
      }
      yield* self.sleep(1);
    }
  }
}

/** Works for `workUs` every `periodMs` and makes garbage: load that is no fault. */
export function* loads(self: Self, periodMs: number, workUs: number): ProcessGenerator {
  for (let kept: object[] = []; ; ) {
    yield* self.sleep(periodMs);
    const startUs = self.nowUs();
    self.work(startUs + 4 * workUs, startUs + 50 * workUs);
    while (self.nowUs() < startUs + workUs) kept.push({ at: self.nowUs() });
    if (kept.length > 100_000) kept = [];
    self.work(Number.POSITIVE_INFINITY);
  }
}
