import { headerLine, LINE_NAMES } from "../../firmware/header-map.ts";

/** Of every header before the Pi 4: the chip's label and its lines. */
const LABEL = "pinctrl-bcm2835";
const LINES = 54;

/**
 * Lines of shell that make a Pi's header of gpio-sim: its lines named, and pulled as after a reset. /sys is mounted and the module
 * loaded before them; configfs is mounted for as long as they take.
 */
export function headerScript(): readonly string[] {
  const numbered = LINE_NAMES.map((name) => ({ name, number: name.slice("GPIO".length) }));
  return [
    "mount -t configfs config /sys/kernel/config",
    "bank=/sys/kernel/config/gpio-sim/header/bank",
    "mkdir -p $bank",
    `echo ${LINES} > $bank/num_lines`,
    `echo ${LABEL} > $bank/label`,
    "line() { mkdir $bank/line$1; echo $2 > $bank/line$1/name; }",
    ...numbered.map(({ name, number }) => `line ${number} ${name}`),
    "echo 1 > /sys/kernel/config/gpio-sim/header/live",
    "chip=/sys/devices/platform/$(cat /sys/kernel/config/gpio-sim/header/dev_name)/$(cat $bank/chip_name)",
    "pull() { echo $2 > $chip/sim_gpio$1/pull; }",
    ...numbered.map(({ name, number }) => `pull ${number} pull-${headerLine(name).pull}`),
    "umount /sys/kernel/config",
  ];
}
