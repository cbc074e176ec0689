import type { I2cErrorCode } from "../contracts/i2c.ts";
import type { LineErrorCode } from "../contracts/line.ts";

/** How a request ended: `ok`, or the code of the error that its caller gets. */
export type Status = "ok" | LineErrorCode | I2cErrorCode;

const NAMES = [
  ...(["ok", "fenced", "not_owner", "min_off", "max_on", "timeout", "refused", "read_back"] as const),
  ...(["address_nak", "data_nak", "arbitration_lost", "bus_stuck", "interlock", "switching"] as const),
  "quarantined" as const,
];

const NUMBERS = Object.fromEntries(NAMES.map((name, number) => [name, number])) as Record<Status, number>;

/** The number of a status on the wire. */
export function encodeStatus(status: Status): number {
  return NUMBERS[status];
}

/** The status behind a number; an unknown number is `refused`. */
export function decodeStatus(number: number): Status {
  return NAMES[number] ?? "refused";
}
