import type { BusPinPlaces } from "../contracts/guardian-plan.ts";
import { GpioChip } from "./gpio-chip.ts";

/** Half a period at 100 kHz, which every chip can follow. */
const HALF_US = 5;
const CLOCKS = 9;

/**
 * Clocks a chip free that waits in the middle of a byte: nine clocks and a stop (NXP UM10204 rev. 7.0, 3.1.16), open-drain
 * as on a bus. The lines are borrowed from the header's chip for some 0.1 ms and given back; their function is restored
 * by whoever binds the adapter again. True when SDA is high in the end. Throws `SystemCallError`.
 */
export function nineClocks({ sda, scl }: BusPinPlaces): boolean {
  const chip = GpioChip.find(sda.chip);
  if (chip === undefined) return false;
  try {
    const lines = chip.request([scl.offset, sda.offset], "holdfast-recovery", {
      direction: "output",
      drive: "open-drain",
      levels: [1, 1],
    });
    try {
      const set = (clock: 0 | 1, data: 0 | 1) => {
        lines.driveAll([clock, data]);
        pause();
      };
      for (let clock = 0; clock < CLOCKS; clock++) {
        set(0, 1);
        set(1, 1);
      }
      set(0, 0);
      set(1, 0);
      set(1, 1);
      return lines.levels()[1] === 1;
    } finally {
      lines.close();
    }
  } finally {
    chip.close();
  }
}

/** Shorter than any timer: it spins. */
function pause(): void {
  const endMs = performance.now() + HALF_US / 1000;
  while (performance.now() < endMs);
}
