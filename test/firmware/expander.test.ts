import { equal, is, ok } from "uvu/assert";
import { Mcp23017Chip } from "../../devices/chips/mcp23017.ts";
import { MCP23017_REGISTERS } from "../../devices/drivers/mcp23017.ts";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import type { ExpanderOutputPlan } from "../../firmware/contracts/expander-plan.ts";
import type { HardwarePlan } from "../../firmware/contracts/output-plan.ts";
import { EmulatedBus } from "../../firmware/emulated/emulated-bus.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const ADDRESS = 0x20;
const RAIL = "GPIO22";
const plain = { kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;

type Pin = Partial<ExpanderOutputPlan> & { readonly pin: number };

/** A guardian over an emulated MCP23017 with a rail; the trace has pins, lines and what the guardian said. */
function bench(pins: readonly Pin[], before?: (chip: Mcp23017Chip, lines: EmulatedLines) => void) {
  const clock = new HandClock();
  const lines = new EmulatedLines({ clock });
  const bus = new EmulatedBus();
  const chip = new Mcp23017Chip();
  bus.attach(ADDRESS, chip);
  before?.(chip, lines);
  const trace: string[] = [];
  chip.onChange((pin, level) => trace.push(`pin ${pin} ${level ?? "input"}`));
  lines.witness.follow(({ line, level }) => trace.push(`${line} ${level}`));
  const plan: HardwarePlan = {
    outputs: [{ ...plain, line: RAIL, onCrash: "hold" }],
    inputs: [{ line: "GPIO23", activeLow: false, bias: "pull-down" }],
    buses: [{ bus: "i2c-1", hz: 400_000 }],
    expanders: [
      {
        ...{
          expander: "valves",
          bus: "i2c-1",
          address: ADDRESS,
          pins: 16,
          registers: MCP23017_REGISTERS,
          rail: RAIL,
        },
        outputs: pins.map((pin) => ({ ...plain, line: `valves.${pin.pin}`, ...pin })),
      },
    ],
  };
  const start = () => {
    const backend = new LocalBackend(plan, { lines, buses: { "i2c-1": bus } });
    const onEvent = ({ kind, ...about }: GuardianEvent) =>
      void trace.push("line" in about ? `${kind} ${about.line}` : kind);
    return new LocalGuardian(plan, { clock, backend, onEvent });
  };
  let local = start();
  return {
    clock,
    chip,
    bus,
    get guardian() {
      return local.guardian;
    },
    own: (owner: number, epoch: number, ...outputs: string[]) =>
      local.grant({ owner, epoch, outputs, inputs: [], i2c: [] }),
    /** The guardian dies as by kill -9, and the next one adopts. */
    restart() {
      local = start();
    },
    passMs(ms: number) {
      const endUs = clock.now() + ms * 1000;
      for (let next = local.guardian.nextUs; next <= endUs; next = local.guardian.nextUs) {
        clock.us = Math.max(clock.us, next);
        local.guardian.expire();
      }
      clock.us = endUs;
    },
    happened: () => trace.splice(0),
  };
}

spec(
  "pins go safe at the start, their level before their direction, and the rail comes on after them",
  () => {
    const { happened } = bench([{ pin: 3 }, { pin: 8, activeLow: true }]);
    equal(happened(), ["pin 3 0", "pin 8 1", `${RAIL} 1`]);
  },
);

spec("an owner switches its pin and no other, and reads back the port", () => {
  const { own, chip, happened } = bench([{ pin: 3 }, { pin: 4 }]);
  happened();
  const output = own(0, 1, "valves.3").output("valves.3");
  is(output.write(1), 1);
  equal(happened(), ["pin 3 1"]);
  chip.hold(3, 0);
  is(output.read(), 0, "what the pin is at, not what was written");
});

spec("a fence, the end of a lease and the death of the runtime make pins safe without any driver", () => {
  const { own, guardian, passMs, happened } = bench([{ pin: 0, leaseMs: 100 }]);
  happened();
  own(0, 1, "valves.0").output("valves.0").write(1);
  guardian.fence({ owner: 0, epoch: 1 });
  equal(happened(), ["pin 0 1", "pin 0 0", "fenced"]);
  own(0, 2, "valves.0").output("valves.0").write(1);
  passMs(100);
  equal(happened(), ["pin 0 1", "pin 0 0", "leaseExpired valves.0"]);
  own(1, 1);
  guardian.runtimeDied();
  own(0, 1, "valves.0").output("valves.0").write(1);
  guardian.runtimeDied();
  equal(happened(), ["pin 0 1", "pin 0 0"]);
});

spec("a chip that does not take the safe level is tried each 100 ms, told of, and its rail drops", () => {
  const { own, guardian, bus, passMs, happened } = bench([{ pin: 0 }]);
  own(0, 1, "valves.0").output("valves.0").write(1);
  happened();
  bus.setFault(ADDRESS, { kind: "unplugged" });
  guardian.fence({ owner: 0, epoch: 1 });
  equal(happened(), ["unsafe valves.0", "fenced"]);
  passMs(299);
  equal(happened(), []);
  passMs(1);
  equal(happened(), [`${RAIL} 0`, `railOff ${RAIL}`]);
  equal(guardian.unsafe(), ["valves.0"]);
  bus.setFault(ADDRESS, undefined);
  passMs(100);
  equal(happened(), ["pin 0 0", `${RAIL} 1`], "back when it reads back");
  is(guardian.nextUs, Infinity, "nothing left open");
});

spec("a short circuit that keeps a pin on is no safe level either", () => {
  const { own, guardian, chip, passMs, happened } = bench([{ pin: 0 }]);
  own(0, 1, "valves.0").output("valves.0").write(1);
  chip.hold(0, 1);
  happened();
  guardian.fence({ owner: 0, epoch: 1 });
  passMs(300);
  equal(happened(), ["pin 0 0", "unsafe valves.0", "fenced", `${RAIL} 0`, `railOff ${RAIL}`]);
});

spec("a chip that lost its power is set up anew by the next safe level", () => {
  const { guardian, chip, happened } = bench([{ pin: 0 }]);
  chip.powerCycle();
  happened();
  guardian.runtimeDied();
  equal(happened(), [], "nobody owned it");
  guardian.stop();
  equal(happened(), [`${RAIL} 0`, "pin 0 0"]);
});

spec("a guardian that starts again adopts what holds, without a glitch, and makes the rest safe", () => {
  const held = bench([{ pin: 1, onCrash: "hold" }, { pin: 2 }]);
  const hardware = held.own(0, 1, "valves.1", "valves.2");
  hardware.output("valves.1").write(1);
  hardware.output("valves.2").write(1);
  held.happened();
  held.restart();
  equal(held.happened(), ["pin 2 0"], "the held one and the rail stay");
  is(held.own(0, 1, "valves.1").output("valves.1").read(), 1);
});

spec("pins of the chip that nobody configured stay as they were found", () => {
  const { happened, chip } = bench([{ pin: 0 }], (found) => {
    found.receive(Uint8Array.of(0x00, 0b0111_1111, 0xff)); // GPA7 is an output
    found.receive(Uint8Array.of(0x14, 0b1000_0000, 0x00)); // and on
  });
  equal(happened(), ["pin 0 0", `${RAIL} 1`]);
  is(chip.level(7), 1);
});

spec("an orderly stop makes held pins safe and leaves the rail off", () => {
  const { own, guardian, happened, passMs } = bench([{ pin: 1, onCrash: "hold" }]);
  own(0, 1, "valves.1").output("valves.1").write(1);
  happened();
  guardian.stop();
  let settled = false;
  guardian.whenSettled(() => {
    settled = true;
  });
  ok(settled);
  passMs(1000);
  equal(happened(), [`${RAIL} 0`, "pin 1 0"]);
});
