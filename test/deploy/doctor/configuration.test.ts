import { equal, match } from "uvu/assert";
import { checkConfiguration } from "../../../deploy/doctor/checks/configuration.ts";
import { splitSentence } from "../../../deploy/doctor/remedies.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, linuxDemo, said } from "./a-machine.ts";

const problems = (lines: readonly string[]) => lines.filter((line) => line.startsWith("problem "));

spec("a configuration that this machine can run", () => {
  const told = said(checkConfiguration, aMachine(), linuxDemo()).filter((line) => line.startsWith("ok "));
  equal(told, [
    "ok configuration.read: board greenhouse, hardware linux: 6 devices, 2 controllers",
    "ok configuration.hardware: this machine has every line and bus that it names, and gives their pins no other use",
  ]);
  equal(said(checkConfiguration, aMachine()), [], "none was given");
});

spec("mistakes in the file are told as check tells them", () => {
  const [first] = problems(said(checkConfiguration, aMachine(), linuxDemo(["devices.led.driver", "realy"])));
  match(
    first ?? "",
    /^problem configuration\.problem: devices\.led\.driver: "realy" → allowed is "bme280", .*; nearest: relay$/,
  );
});

spec("lines and buses that this machine does not give are told with what frees them", () => {
  const machine = aMachine({ tree: { uart0: "okay", i2c1: "disabled", devices: [] } });
  equal(problems(said(checkConfiguration, machine, linuxDemo(["devices.led.line", "GPIO14"]))), [
    'problem configuration.hardware: GPIO14: GPIO14 (pin 8) is in use by serial0 → put "enable_uart=0" into /boot/firmware/config.txt and restart, or use another line',
    'problem configuration.hardware: i2c-1: it is turned off → "dtparam=i2c_arm=on" in /boot/firmware/config.txt and a restart turn it on',
  ]);
});

spec("a sentence is parted before what helps", () => {
  for (const [sentence, what, remedy] of [
    ["a: is b; do c", "a: is b", "do c"],
    ["a: it is on: sudo x", "a: it is on", "sudo x"],
    ['a is none: "hardware": "emulated" runs', "a is none", '"hardware": "emulated" runs'],
    ["nothing to part", "nothing to part", ""],
  ] as const) {
    equal(splitSentence(sentence), { what, remedy });
  }
});
