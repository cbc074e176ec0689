import { equal, is } from "uvu/assert";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

function bench(drive: NonNullable<OutputPlan["drive"]>) {
  const clock = new HandClock();
  const lines = new EmulatedLines({ clock });
  const output = {
    line: "GPIO17",
    kind: "line",
    activeLow: false,
    safe: "off",
    onCrash: "safe",
    drive,
  } as const;
  const plan = { outputs: [output], inputs: [], buses: [] };
  const local = new LocalGuardian(plan, { clock, backend: new LocalBackend(plan, { lines, buses: {} }) });
  const hardware = local.grant({ owner: 0, epoch: 1, outputs: ["GPIO17"], inputs: [], i2c: [] });
  const write = (level: number) => {
    try {
      return hardware.output("GPIO17").write(level);
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  return { lines, write };
}

spec("an open drain drives low and lets go for high: who else pulls it low is read back", () => {
  const { lines, write } = bench("open-drain");
  equal([write(1), lines.levels().GPIO17], [1, 1]);
  lines.drive("GPIO17", 0);
  is(write(1), "read_back");
  is(lines.levels().GPIO17, 0);
  lines.drive("GPIO17", 1);
  is(write(0), 0, "low is driven against anybody");
});

spec("an open source drives high and lets go for low", () => {
  const { lines, write } = bench("open-source");
  is(write(0), 0);
  lines.drive("GPIO17", 1);
  is(write(0), "read_back");
  lines.drive("GPIO17", 0);
  is(write(1), 1);
});

spec("a push-pull output drives both levels, whoever is against it", () => {
  const { lines, write } = bench("push-pull");
  lines.drive("GPIO17", 0);
  equal([write(1), write(0), write(1)], [1, 0, 1]);
});
