import { linesAndBus } from "../contracts/lines-and-bus.ts";
import { BenchRig } from "./fixtures/bench-rig.ts";

linesAndBus("real processes", async (t) => {
  const rig = await BenchRig.start();
  t.defer(() => rig.close());
  return {
    call: (operation) => rig.call({ ...operation }),
    levels: () => rig.levels(),
    drive: async (line, level) => void (await rig.observe({ drive: { line, level } })),
    fault: async (fault) => void (await rig.call({ control: "world", device: "chip", set: { fault } })),
    fence: async () => void (await rig.call({ control: "fence" })),
    revoke: async () => void (await rig.call({ control: "revoke" })),
    regrant: async (epoch) => void (await rig.call({ control: "regrant", epoch })),
  };
});
