/** A message as people may see it in a report: bounded, pids without their keys. */
import { inspect } from "node:util";

const MOST = 500;

export function printMessage(message: unknown): string {
  const text = inspect(message, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 20 });
  return text.length > MOST ? `${text.slice(0, MOST)}...` : text;
}
