import { setTimeout as sleep } from "node:timers/promises";
import { linesAndBus } from "../contracts/lines-and-bus.ts";
import { BenchRig } from "./fixtures/bench-rig.ts";

linesAndBus("real processes", async (t) => {
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
});
