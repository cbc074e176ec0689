import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { type Bench, linesAndBus } from "../contracts/lines-and-bus.ts";
import { wires } from "../contracts/wires.ts";
import { allOf, benchPlan } from "./fixtures/bench-plan.ts";
import { benchWorld } from "./fixtures/bench-world.ts";
import { HandClock } from "./fixtures/hand-clock.ts";
import { carryOut } from "./fixtures/operation.ts";

const makeBench = async (): Promise<Bench> => {
  const clock = new HandClock();
  const world = benchWorld(clock);
  const local = new LocalGuardian(benchPlan, {
    clock,
    backend: new LocalBackend(benchPlan, { ...world, wait: (us) => clock.passMs(us / 1000) }),
  });
  let epoch = 1;
  let hardware: Hardware = local.grant(allOf(0, epoch));
  return {
    call: async (operation) => carryOut(hardware, clock, operation),
    levels: async () => world.lines.levels(),
    drive: async (line, level) => world.lines.drive(line, level),
    pull: async (line, level) => world.lines.drive(line, level),
    pass: async (ms) => {
      clock.passMs(ms);
      local.guardian.expire();
    },
    fault: async (fault) => world.onSet("chip", { fault }),
    fence: async () => local.guardian.fence({ owner: 0, epoch }),
    revoke: async () => local.guardian.revoke({ owner: 0, epoch }),
    regrant: async (next) => {
      epoch = next;
      hardware = local.grant(allOf(0, epoch));
    },
  };
};

linesAndBus("one thread", makeBench);
wires("one thread", makeBench);
