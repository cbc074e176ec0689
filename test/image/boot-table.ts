import { execFileSync } from "node:child_process";
import { PLACES } from "../../deploy/image/card.ts";
import type { TestCard } from "./card.ts";

/** `holdfast-gpio.txt` as mtools reads it from outside: what a Pi's firmware would read at a start of this moment. */
export function bootTable({ image }: TestCard): string {
  const place = `${image}@@${PLACES.boot.from}M`;
  return execFileSync("mtype", ["-i", place, "::/holdfast-gpio.txt"]).toString();
}

/** Its commands: `gpio=6=op,dh gpio=24=op,dl`. */
export function bootCommands(card: TestCard): string {
  const lines = bootTable(card).split("\n");
  return lines.filter((line) => line.startsWith("gpio=")).join(" ");
}
