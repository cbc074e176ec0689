import { equal } from "uvu/assert";
import { checkLines } from "../../../deploy/doctor/checks/lines.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, linuxDemo, said } from "./a-machine.ts";

const chip = { path: "/dev/gpiochip0", label: "pinctrl-bcm2711", lines: 58 };

spec("a chip is told by its label, with who has its lines, the first few of many", () => {
  const used = Array.from({ length: 8 }, (_, offset) => ({
    offset,
    name: offset < 2 ? "" : `GPIO${offset}`,
    consumer: "spi0",
  }));
  equal(said(checkLines, aMachine({ chips: [{ ...chip, used }] })), [
    "ok lines.chip: pinctrl-bcm2711: 58 lines, in use: line 0 by spi0, line 1 by spi0, GPIO2 by spi0, GPIO3 by spi0, GPIO4 by spi0, GPIO5 by spi0 and 2 more",
    "ok lines.sysfs: the old interface (sysfs) is gone, lines go by the character device",
  ]);
});

spec("a chip that may not be opened: which group helps, also where the user is in it already", () => {
  const chips = [{ path: "/dev/gpiochip0", error: "EACCES" }];
  const user = { name: "ada", uid: 1001, groups: ["i2c"] };
  const [outside = ""] = said(checkLines, aMachine({ chips, user }));
  equal(
    outside,
    "problem lines.chip: ada may not open /dev/gpiochip0 (EACCES) → sudo usermod -aG gpio ada, then log in again (a service: SupplementaryGroups=gpio)",
  );
  const [inside = ""] = said(checkLines, aMachine({ chips }));
  equal(
    inside.includes("→ pi is in the group gpio, but the device does not belong to it: a udev rule"),
    true,
    inside,
  );
});

spec("a Pi without its header's chip is told so, whatever other chips it has", () => {
  const other = { path: "/dev/gpiochip0", label: "raspberrypi-exp-gpio", lines: 8, used: [] };
  const [, header = ""] = said(checkLines, aMachine({ chips: [other] }));
  equal(
    header.startsWith(
      "problem lines.header: the header's GPIO chip pinctrl-bcm2711 has no character device (found: raspberrypi-exp-gpio) → ",
    ),
    true,
    header,
  );
});

spec("a line of the configuration that somebody else has is a problem, unless a board runs here", () => {
  const used = [
    { offset: 17, name: "GPIO17", consumer: "gpioset" },
    { offset: 18, name: "GPIO18", consumer: "other" },
  ];
  const busy = (line: string) => line.includes("lines.busy");
  const chips = [{ ...chip, used }];
  equal(said(checkLines, aMachine({ chips }), linuxDemo()).filter(busy), [
    'problem lines.busy: heater: GPIO17 (pin 11) is in use by "gpioset" → end what has it (sudo gpioinfo and sudo lsof /dev/gpiochip0 name it), or give heater another line',
  ]);
  const running = {
    id: "greenhouse",
    hardware: "linux",
    page: "http://127.0.0.1:8080/",
    broker: { cause: "starting" },
    devices: [],
  } as const;
  equal(said(checkLines, aMachine({ chips, running }), linuxDemo()).filter(busy), []);
});

spec("sysfs that the configuration asks for and that is not there is a problem", () => {
  const sysfs = linuxDemo(["backend", "sysfs"], ["devices.button.bias", "none"]);
  equal(said(checkLines, aMachine(), sysfs).slice(1), [
    'problem lines.sysfs: this kernel has no sysfs interface for lines → take "backend": "sysfs" out of the configuration',
  ]);
});

spec("lines that the old interface holds are given back by their numbers", () => {
  const files = {
    sys: { class: { gpio: { export: "", unexport: "", gpiochip512: {}, gpio529: {}, gpio530: {} } } },
  };
  equal(said(checkLines, aMachine({ files })).slice(1), [
    "advice lines.sysfs: lines are held by the old interface (gpio529, gpio530) and stay in use until they are given back → echo 529 | sudo tee /sys/class/gpio/unexport, and so for each",
  ]);
  const none = { sys: { class: { gpio: { export: "", gpiochip512: {} } } } };
  equal(said(checkLines, aMachine({ files: none })).slice(1), [], "there, and nothing exported");
});
