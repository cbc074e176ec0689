/** Buses in a line each, for `holdfast top`. */
import type { BusReport, ChipReport } from "../../firmware/contracts/bus-report.ts";
import { addressText } from "../config/place-fields.ts";

/** `bus i2c-1  3.1% of 400kHz, 1200 transfers; errors: 0x76 failing 12 address_nak`. */
export function busLine({ bus, hz, usePercent, transfers, stuck, chips }: BusReport): string {
  const use = `${usePercent.toFixed(1)}% of ${hz / 1000}kHz, ${transfers} transfers`;
  const bad = chips.filter(({ state, errors }) => state !== "good" || sum(Object.values(errors)) > 0);
  const words = bad.map((chip) => chipWords(chip, bus)).join(", ");
  return `bus ${bus}  ${stuck ? "HELD, " : ""}${use}${words === "" ? "" : `; errors: ${words}`}`;
}

/** Is something wrong with it now? */
export function busWarns({ stuck, chips }: BusReport): boolean {
  return stuck || chips.some(({ state }) => state !== "good");
}

function chipWords({ bus, address, state, errors }: ChipReport, adapter: string): string {
  const place =
    bus === adapter ? addressText(address) : `${bus.slice(adapter.length + 1)} ${addressText(address)}`;
  const codes = Object.entries(errors).filter(([, count]) => count > 0);
  const counts = codes.map(([code, count]) => `${count} ${code}`).join(" ");
  return `${place} ${state === "good" ? "" : `${state} `}${counts}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
