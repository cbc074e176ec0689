import { is, ok } from "uvu/assert";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { spec } from "../harness/spec.ts";
import { BenchRig } from "./fixtures/bench-rig.ts";

const clock = new SystemClock();

spec(
  "kill -9 of the runtime brings every line to its policy, seen by the world, and a new runtime takes over",
  async (t) => {
    const rig = await BenchRig.start();
    t.defer(() => rig.close());
    for (const line of ["GPIO17", "GPIO22", "GPIO23", "GPIO24", "GPIO25"]) {
      is(await rig.call({ op: "write", line, level: 1 }), 1, line);
    }
    is(await rig.call({ op: "write", line: "GPIO18", level: 0.25 }), 0.25);
    is(await rig.call({ op: "write", line: "GPIO27", level: 0 }), 0);
    const killedUs = clock.now();
    process.kill(rig.runtimePid, "SIGKILL");
    for (const [line, level] of [
      ["GPIO17", 0],
      ["GPIO22", 1],
      ["GPIO25", 0],
      ["GPIO18", 0],
      ["GPIO27", 1],
    ] as const) {
      const us = (await rig.seen(line, level, killedUs)) - killedUs;
      ok(us < 5_000_000, `${line} took ${us} us`);
    }
    is((await rig.levels()).GPIO23, 1, "held for ever");
    const heldUs = (await rig.seen("GPIO24", 0, killedUs)) - killedUs;
    ok(heldUs > 295_000 && heldUs < 5_000_000, `held for a while: ${heldUs} us`);
    const ready = await rig.readyRuntime();
    is(ready.incarnation, 2);
    is((await rig.levels()).GPIO23, 1, "still held");
    is(await rig.call({ op: "write", line: "GPIO17", level: 1 }), 1);
  },
  { limitMs: 20_000 },
);
