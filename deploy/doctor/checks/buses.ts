import { busProblem } from "../../../firmware/board/bus-state.ts";
import { textFile } from "../../../firmware/board/text-file.ts";
import { addressText } from "../../config/place-fields.ts";
import type { Check, Examination } from "../examination.ts";
import { expectedChips } from "../expected-chips.ts";
import type { Finding } from "../finding.ts";
import { addressesOf, partsAt } from "../known-parts.ts";
import type { BusScan } from "../machine.ts";
import { groupRemedy, splitSentence } from "../remedies.ts";

const BUSES = "/sys/class/i2c-dev";

/** I2C: adapters, the right to them, who answers, and who should. */
export const checkBuses: Check = (examination) => {
  const { machine } = examination;
  const there = machine.files.list(BUSES).filter((name) => /^i2c-\d+$/.test(name));
  return [
    ...there.map((bus) => busFinding(bus, examination)),
    ...missingFindings(there, examination),
    ...chipFindings(examination),
  ];
};

function busFinding(bus: string, { machine }: Examination): Finding {
  const id = "buses.adapter";
  const where = `/dev/${bus}`;
  const name = textFile(machine.files, `${BUSES}/${bus}/name`) ?? "adapter without a name";
  if (machine.access(where) === "denied") {
    const what = `${machine.user.name} may not open ${where} (${name})`;
    return { id, verdict: "problem", what, where, remedy: groupRemedy("i2c", machine.user) };
  }
  const scan = machine.scans.get(bus);
  if (scan?.error !== undefined) {
    const remedy =
      "check that SDA and SCL are not swapped or shorted, have pull-ups, and that every chip on the bus has its supply";
    return { id, verdict: "problem", what: `${bus} (${name}) does not work: ${scan.error}`, where, remedy };
  }
  const [holder] = scan === undefined ? machine.holders(where) : [];
  const unasked =
    holder === undefined ? "" : `, not asked who answers: ${holder.name} (process ${holder.pid}) has it open`;
  return { id, verdict: "ok", what: `${bus}: ${name}${answerWords(scan)}${unasked}`, where };
}

function answerWords(scan: Exclude<BusScan, { error: string }> | undefined): string {
  if (scan === undefined) return "";
  const held =
    scan.held.length === 0 ? "" : `, ${scan.held.map(addressText).join(", ")} held by a kernel driver`;
  if (scan.answered.length === 0) return `, nobody answers${held}`;
  return `, answers: ${scan.answered.map(knownAs).join(", ")}${held}`;
}

/** `0x76 (bme280?)`: parts of the catalogue that can have the address. */
function knownAs(address: number): string {
  const parts = partsAt(address);
  return parts.length === 0 ? addressText(address) : `${addressText(address)} (${parts.join(" or ")}?)`;
}

/** Buses that the configuration needs; without one the header's own, if it is turned off. */
function missingFindings(there: readonly string[], { machine, board, config }: Examination): Finding[] {
  if (board === undefined || (config !== undefined && config.hardware !== "linux")) return [];
  if (config !== undefined) return []; // `configuration` says it, with everything else that is not there
  if (there.includes("i2c-1")) return [];
  const { what, remedy } = splitSentence(busProblem("i2c-1", board, machine.files) ?? "");
  const where = "/proc/device-tree";
  return [{ id: "buses.header", verdict: "advice", what: `i2c-1, the header's bus: ${what}`, where, remedy }];
}

/** Chips of the configuration that were asked and said nothing. A chip that a kernel driver holds is no chip of ours. */
function chipFindings({ machine, config }: Examination): Finding[] {
  if (config?.hardware !== "linux") return [];
  return expectedChips(config).flatMap(({ id, part, bus, address }): Finding[] => {
    const scan = machine.scans.get(bus);
    if (scan === undefined || scan.error !== undefined) return [];
    const place = `${addressText(address)} of ${bus}`;
    const where = `/dev/${bus}`;
    if (scan.answered.includes(address)) {
      return [{ id: "buses.chip", verdict: "ok", what: `${id}: something answers at ${place}`, where }];
    }
    if (scan.held.includes(address)) {
      const what = `${id}: a kernel driver holds ${place}, so Holdfast's cannot`;
      const remedy = "take the dtoverlay that loads it out of config.txt and restart";
      return [{ id: "buses.chip", verdict: "problem", what, where, remedy }];
    }
    const others = addressesOf(part, scan.answered);
    const what = `${id}: no ${part} answers at ${place}`;
    const remedy =
      others.length > 0
        ? `one may be at ${others.map(addressText).join(" or ")}: "address" in the configuration, or the strap of the chip`
        : "its wires (SDA to SDA, SCL to SCL, ground), its supply, and the strap that chooses its address";
    return [{ id: "buses.chip", verdict: "problem", what, where, remedy }];
  });
}
