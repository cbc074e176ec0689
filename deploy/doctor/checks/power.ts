import { textFile } from "../../../firmware/board/text-file.ts";
import type { Check, Examination } from "../examination.ts";
import type { Finding } from "../finding.ts";

const THROTTLED = "/sys/devices/platform/soc/soc:firmware/get_throttled";
const TEMPERATURE = "/sys/class/thermal/thermal_zone0/temp";
/** The firmware begins to slow the processor at 80 degrees C, and stops it from running hotter than 85. */
const HOT_C = 80;
/** A board with ten devices takes 150 MB; below this much there is no room for a crash and its successor. */
const LOW_BYTES = 200e6;

/** Bits of get_throttled (Raspberry Pi documentation, vcgencmd): now, and 16 bits higher: since the start. */
const STATES = [
  { bit: 0, now: "the supply is below 4.63 V", was: "the supply was below 4.63 V", low: true },
  { bit: 1, now: "the processor's clock is capped", was: "the processor's clock was capped", low: false },
  { bit: 2, now: "the processor is slowed down", was: "the processor was slowed down", low: false },
  {
    bit: 3,
    now: "the soft temperature limit is active",
    was: "the soft temperature limit was active",
    low: false,
  },
] as const;

/** Supply, heat and memory. */
export const checkPower: Check = (examination) => [
  ...supplyFindings(examination),
  ...heatFindings(examination),
  ...memoryFindings(examination),
];

function supplyFindings({ machine: { files } }: Examination): Finding[] {
  const id = "power.supply";
  const where = THROTTLED;
  const bits = Number.parseInt(textFile(files, THROTTLED) ?? "", 16);
  if (Number.isNaN(bits)) return [];
  const now = STATES.filter(({ bit }) => (bits & (1 << bit)) !== 0);
  const was = STATES.filter(({ bit }) => (bits & (1 << (bit + 16))) !== 0);
  const low = [...now, ...was].some((state) => state.low);
  const remedy = low
    ? "a supply of its own for the board (5.1 V, 3 A; a Pi 5: 5 A), a short thick cable, and loads that are not fed from its 5 V pins"
    : "a heat sink or fan, and air around the board";
  if (now.length > 0) {
    return [{ id, verdict: "problem", what: now.map((state) => state.now).join(", "), where, remedy }];
  }
  if (was.length > 0) {
    const what = `since the start: ${was.map((state) => state.was).join(", ")}`;
    return [{ id, verdict: "advice", what, where, remedy }];
  }
  return [{ id, verdict: "ok", what: "supply and clock are as they should be since the start", where }];
}

function heatFindings({ machine: { files } }: Examination): Finding[] {
  const id = "power.heat";
  const where = TEMPERATURE;
  const milliC = Number(textFile(files, TEMPERATURE) ?? Number.NaN);
  if (Number.isNaN(milliC)) return [];
  const what = `the processor is at ${(milliC / 1000).toFixed(0)} °C`;
  if (milliC < HOT_C * 1000) return [{ id, verdict: "ok", what, where }];
  const remedy = "a heat sink or fan, and air around the board: from 80 °C on it is slowed down";
  return [{ id, verdict: "problem", what, where, remedy }];
}

function memoryFindings({ machine: { files } }: Examination): Finding[] {
  const id = "power.memory";
  const where = "/proc/meminfo";
  const table = textFile(files, where) ?? "";
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(table)?.[1] ?? Number.NaN) * 1024;
  const [total, free] = [bytes("MemTotal"), bytes("MemAvailable")];
  if (Number.isNaN(total) || Number.isNaN(free)) return [];
  const what = `${Math.round(free / 1e6)} MB of ${Math.round(total / 1e6)} MB memory to be had`;
  if (free >= LOW_BYTES) return [{ id, verdict: "ok", what, where }];
  const remedy =
    'end what is not needed (a desktop takes 300 MB), or "placement": "shared" in the configuration';
  return [{ id, verdict: "advice", what, where, remedy }];
}
