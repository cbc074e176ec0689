/** What a cell waits for from its guardian, in one number that fits a shared word, and back in words. */
import type { GuardianLink } from "../contracts/guardian-link.ts";

/** Number of a wait for the transfers of a bus. */
export function busWait(bus: number): number {
  return 2 * bus + 2;
}

/** Number of a wait for a line's answer. */
export function lineWait(line: number): number {
  return 2 * line + 1;
}

/** `i2c-1`, `GPIO17`, or the guardian where the number names nothing that was granted. */
export function describeWait(what: number, link: Pick<GuardianLink, "lines" | "buses"> | undefined): string {
  const isBus = what % 2 === 0;
  const names = Object.entries((isBus ? link?.buses : link?.lines) ?? {});
  const number = isBus ? what / 2 - 1 : (what - 1) / 2;
  return names.find(([, one]) => one === number)?.[0] ?? "guardian";
}
