import { textFile } from "../../../firmware/board/text-file.ts";
import { devicePlans } from "../../config/plan.ts";
import { type Check, type Examination, wantsPins } from "../examination.ts";
import type { Finding } from "../finding.ts";

/** `pinctrl-rp1` has a module of its own; that of the others is pinctrl_bcm2835, whatever the chip. */
const parameter = (chip: string) =>
  `/sys/module/${chip === "pinctrl-rp1" ? "pinctrl_rp1" : "pinctrl_bcm2835"}/parameters/persist_gpio_outputs`;

/**
 * What becomes of an output that its process lost (raspberrypi/linux#6117, #6150): kernels of Raspberry Pi go on driving
 * it, those of others make it an input. `dtparam=strict_gpiod` chooses the second on the first.
 */
export const checkOutputs: Check = (examination) => {
  const { machine, board } = examination;
  if (board === undefined || !wantsPins(examination)) return [];
  const id = "outputs.afterDeath";
  const where = parameter(board.family.chip);
  const persist = textFile(machine.files, where);
  const held = heldOutputs(examination);
  if (persist === undefined) {
    const what =
      "this kernel does not say whether it keeps an output whose process died; those before 6.10 make it an input";
    return [{ id, verdict: "ok", what, where }, ...lostHolds(held, where)];
  }
  if (persist === "Y" || persist === "1") {
    return [
      {
        id,
        verdict: "ok",
        what: "an output keeps its level when the guardian dies, until the next one or the stop step makes it safe",
        where,
      },
    ];
  }
  const what =
    "an output becomes an input when the guardian dies (strict_gpiod): its resistor decides its level";
  return [{ id, verdict: "ok", what, where }, ...lostHolds(held, where)];
};

/** `onCrash: "hold"` is kept through the guardian's death only where the kernel keeps the line. */
function lostHolds(held: readonly string[], where: string): Finding[] {
  return held.map((id) => ({
    id: "outputs.hold",
    verdict: "problem",
    what: `${id} holds its level on a crash, which this kernel ends when the guardian dies`,
    where,
    remedy:
      "take dtparam=strict_gpiod out of config.txt, or fit a resistor that pulls the line to the level it should hold",
  }));
}

function heldOutputs({ config }: Examination): readonly string[] {
  if (config === undefined) return [];
  return devicePlans(config).flatMap(({ id, output }) => (output?.onCrash === "hold" ? [id] : []));
}
