import type { Machine } from "./machine.ts";

/** What the world sees at a line of an emulated header, by its number: 0 or 1, electrical. */
export async function level(board: Machine, line: number): Promise<number> {
  return Number(await board.run(`cat /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio${line}/value`));
}
