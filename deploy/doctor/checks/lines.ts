import { findLine, lineText } from "../../../firmware/board/line-names.ts";
import type { GpioSurvey } from "../../../firmware/contracts/gpio-survey.ts";
import { devicePlans } from "../../config/plan.ts";
import { type Check, type Examination, wantsPins } from "../examination.ts";
import type { Finding } from "../finding.ts";
import type { Machine } from "../machine.ts";
import { groupRemedy } from "../remedies.ts";

type OpenChip = Exclude<GpioSurvey, { error: string }>;

/** GPIO: chips by label, the right to them, who has lines, and the old interface beside the new one. */
export const checkLines: Check = (examination) => [
  ...chipFindings(examination),
  ...headerFindings(examination),
  ...lineFindings(examination),
  ...sysfsFindings(examination),
];

function chipFindings({ machine }: Examination): Finding[] {
  return machine.chips.map((chip): Finding => {
    const { path } = chip;
    if (chip.error === undefined) {
      const used = chip.used.map(
        ({ offset, name, consumer }) => `${name || `line ${offset}`} by ${consumer}`,
      );
      const who = used.length === 0 ? "none in use" : `in use: ${shortened(used)}`;
      return {
        id: "lines.chip",
        verdict: "ok",
        what: `${chip.label}: ${chip.lines} lines, ${who}`,
        where: path,
      };
    }
    const verdict = "problem";
    const what = `${machine.user.name} may not open ${path} (${chip.error})`;
    return { id: "lines.chip", verdict, what, where: path, remedy: groupRemedy("gpio", machine.user) };
  });
}

/** The chip that the header belongs to must be there, whatever its number. */
function headerFindings({ machine, board }: Examination): Finding[] {
  if (board === undefined) return [];
  const { chip } = board.family;
  const id = "lines.header";
  const open = openChips(machine);
  if (open.some(({ label }) => label === chip) || open.length < machine.chips.length) return [];
  const labels = open.map(({ label }) => label).join(", ") || "none";
  return [
    {
      id,
      verdict: "problem",
      what: `the header's GPIO chip ${chip} has no character device (found: ${labels})`,
      where: "/dev/gpiochip*",
      remedy:
        "a kernel with GPIO_CDEV, such as that of Raspberry Pi OS, and its own device tree; rpi-update may have broken it",
    },
  ];
}

/** Lines of the configuration that somebody has already: the guardian's own are no problem. */
function lineFindings({ machine, board, config }: Examination): Finding[] {
  if (board === undefined || config?.hardware !== "linux" || machine.running?.hardware === "linux") return [];
  return devicePlans(config).flatMap(({ id, input, output }): Finding[] => {
    const line = input?.line ?? output?.line;
    const place = line === undefined ? undefined : findLine(line, board);
    if (place === undefined) return [];
    const chip = openChips(machine).find(({ label }) => label === place.chip);
    const user = chip?.used.find(({ offset }) => offset === place.offset);
    if (chip === undefined || user === undefined) return [];
    const remedy = `end what has it (sudo gpioinfo and sudo lsof ${chip.path} name it), or give ${id} another line`;
    const what = `${id}: ${lineText(place)} is in use by "${user.consumer}"`;
    return [{ id: "lines.busy", verdict: "problem", what, where: chip.path, remedy }];
  });
}

function sysfsFindings(examination: Examination): Finding[] {
  const { machine, config } = examination;
  if (!wantsPins(examination)) return [];
  const where = "/sys/class/gpio";
  const entries = machine.files.list(where);
  const chosen = config?.backend === "sysfs";
  if (entries.length === 0) {
    const what = "the old interface (sysfs) is gone, lines go by the character device";
    if (!chosen) return [{ id: "lines.sysfs", verdict: "ok", what }];
    const remedy = 'take "backend": "sysfs" out of the configuration';
    return [
      {
        id: "lines.sysfs",
        verdict: "problem",
        what: "this kernel has no sysfs interface for lines",
        where,
        remedy,
      },
    ];
  }
  const exported = entries.filter((name) => /^gpio\d+$/.test(name));
  if (exported.length === 0 || chosen) return [];
  const what = `lines are held by the old interface (${shortened(exported)}) and stay in use until they are given back`;
  const numbers = exported.map((name) => name.slice("gpio".length));
  const remedy = `echo ${numbers[0]} | sudo tee ${where}/unexport, and so for each`;
  return [{ id: "lines.sysfs", verdict: "advice", what, where, remedy }];
}

function openChips({ chips }: Machine): OpenChip[] {
  return chips.filter((chip): chip is OpenChip => chip.error === undefined);
}

/** The first few, and how many more. */
function shortened(names: readonly string[], most = 6): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")} and ${more} more` : names.join(", ");
}
