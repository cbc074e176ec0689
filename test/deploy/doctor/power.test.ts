import { equal, is } from "uvu/assert";
import { checkPower } from "../../../deploy/doctor/checks/power.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, said } from "./a-machine.ts";

const throttled = (get_throttled: string) =>
  said(
    checkPower,
    aMachine({ files: { sys: { devices: { platform: { soc: { "soc:firmware": { get_throttled } } } } } } }),
  )[0];

spec("a board in order", () => {
  equal(said(checkPower, aMachine()), [
    "ok power.supply: supply and clock are as they should be since the start",
    "ok power.heat: the processor is at 48 °C",
    "ok power.memory: 3584 MB of 3977 MB memory to be had",
  ]);
});

spec(
  "the firmware's bits: what is so now is a problem, what was so is advice, low voltage asks for a supply",
  () => {
    const supply =
      "a supply of its own for the board (5.1 V, 3 A; a Pi 5: 5 A), a short thick cable, and loads that are not fed from its 5 V pins";
    const cool = "a heat sink or fan, and air around the board";
    is(
      throttled("50005\n"),
      `problem power.supply: the supply is below 4.63 V, the processor is slowed down → ${supply}`,
    );
    is(
      throttled("50000"),
      `advice power.supply: since the start: the supply was below 4.63 V, the processor was slowed down → ${supply}`,
    );
    is(throttled("8"), `problem power.supply: the soft temperature limit is active → ${cool}`);
    is(
      throttled("20000"),
      `advice power.supply: since the start: the processor's clock was capped → ${cool}`,
    );
  },
);

spec("heat from 80 degrees on, and memory below 200 MB", () => {
  const files = {
    sys: { class: { thermal: { thermal_zone0: { temp: "80000\n" } } } },
    proc: { meminfo: "MemTotal:  434000 kB\nMemAvailable:  190000 kB\n" },
  };
  equal(
    said(checkPower, aMachine({ files }))
      .slice(1)
      .map((line) => line.split(" → ")[0]),
    [
      "problem power.heat: the processor is at 80 °C",
      "advice power.memory: 195 MB of 444 MB memory to be had",
    ],
  );
  equal(said(checkPower, aMachine({ bare: true })), [], "a machine that tells none of it");
});
