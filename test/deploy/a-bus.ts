/** A bus as the guardian reports it: one chip well, one behind a multiplexer kept off. */
import type { BusErrors, BusReport } from "../../firmware/contracts/bus-report.ts";

const none: BusErrors = {
  ...{ address_nak: 0, data_nak: 0, arbitration_lost: 0, bus_stuck: 0, timeout: 0, refused: 0 },
};

export function aBus(): BusReport {
  const chip = { transfers: 500, bytes: 1500, errors: none, retries: 0, resets: 0, longestUs: 700 };
  return {
    ...{ bus: "i2c-1", hz: 400_000, stuck: false, transfers: 620, wireUs: 62_000, busyUs: 90_000 },
    usePercent: 3.125,
    chips: [
      { ...chip, bus: "i2c-1", address: 0x48, state: "good" },
      {
        ...{ ...chip, bus: "i2c-1/0x70/3", address: 0x76, state: "quarantined", retries: 4, resets: 1 },
        errors: { ...none, address_nak: 2, bus_stuck: 3 },
      },
    ],
  };
}
