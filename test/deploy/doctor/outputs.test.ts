import { equal } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { checkOutputs } from "../../../deploy/doctor/checks/outputs.ts";
import { bcmTree, PI_5, rp1Tree } from "../../firmware/board/pi-trees.ts";
import { spec } from "../../harness/spec.ts";
import { demoText } from "../demo-board.ts";
import { aMachine, linuxDemo, said } from "./a-machine.ts";

const KEPT =
  "ok outputs.afterDeath: an output keeps its level when the guardian dies, until the next one or the stop step makes it safe";
const LOST =
  "ok outputs.afterDeath: an output becomes an input when the guardian dies (strict_gpiod): its resistor decides its level";
const persist = (value: string | undefined) => ({
  sys: { module: { pinctrl_bcm2835: { parameters: { persist_gpio_outputs: value } } } },
});

spec("what becomes of an output without its process is read from the kernel", () => {
  equal(said(checkOutputs, aMachine()), [KEPT]);
  equal(said(checkOutputs, aMachine({ files: persist("N\n") })), [LOST]);
  equal(said(checkOutputs, aMachine({ files: persist(undefined) })), [
    "ok outputs.afterDeath: this kernel does not say whether it keeps an output whose process died; those before 6.10 make it an input",
  ]);
});

spec("on a Pi 5 another module is asked", () => {
  const files = {
    ...rp1Tree("Raspberry Pi 5 Model B Rev 1.0", PI_5),
    sys: { module: { pinctrl_rp1: { parameters: { persist_gpio_outputs: "N" } } } },
  };
  equal(said(checkOutputs, aMachine({ bare: true, files })), [LOST]);
});

spec("a hold that the kernel would end is a problem of each output that holds", () => {
  const holds = linuxDemo(["devices.led.onCrash", "hold"], ["devices.led.lease", undefined]);
  equal(said(checkOutputs, aMachine(), holds), [KEPT]);
  equal(said(checkOutputs, aMachine({ files: persist("N") }), holds), [
    LOST,
    "problem outputs.hold: led holds its level on a crash, which this kernel ends when the guardian dies → take dtparam=strict_gpiod out of config.txt, or fit a resistor that pulls the line to the level it should hold",
  ]);
});

spec("nothing is said where no real pin moves", () => {
  equal(said(checkOutputs, aMachine(), parseConfig(demoText)), []);
  equal(said(checkOutputs, aMachine({ bare: true, files: bcmTree("Pi Zero", ["brcm,bcm2835"]) })), []);
});
