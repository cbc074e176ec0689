import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, linesAndBus } from "../contracts/lines-and-bus.ts";
import { wires } from "../contracts/wires.ts";
import type { SpecContext } from "../harness/spec.ts";
import { BenchRig } from "./fixtures/bench-rig.ts";

const makeBench = async (t: SpecContext): Promise<Bench> => {
  const rig = await BenchRig.start();
  t.defer(() => rig.close());
  const drive = async (line: string, level: 0 | 1) => void (await rig.observe({ drive: { line, level } }));
  return {
    call: (operation) => rig.call({ ...operation }),
    levels: () => rig.levels(),
    drive,
    pull: drive,
    pass: (ms) => sleep(ms),
    fault: async (fault) => void (await rig.call({ control: "world", device: "chip", set: { fault } })),
    fence: async () => void (await rig.call({ control: "fence" })),
    revoke: async () => void (await rig.call({ control: "revoke" })),
    regrant: async (epoch) => void (await rig.call({ control: "regrant", epoch })),
  };
};

linesAndBus("real processes", makeBench);
wires("real processes", makeBench);
