import type { Command } from "../../devices/command-spec.ts";
import { checkId } from "./command-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Whether a command acknowledges the fault of an output: one that `maxOn` latched off. */
export function isClear(fields: Fields): boolean {
  return Object.hasOwn(fields, "clear");
}

/** Checks `{"clear":true}` for a device that has an output or not; the command, or a sentence for people. */
export function checkClear(
  device: string,
  { clear, id, ...others }: Fields,
  hasOutput: boolean,
): Command | string {
  if (clear !== true) return '"clear" is true: it acknowledges that maxOn has latched the output off';
  const [other] = Object.keys(others);
  if (other !== undefined)
    return `"clear" switches nothing: send "${other.slice(0, 40)}" in a command of its own, after it`;
  if (!hasOutput) return `"${device}" has no output, so there is no fault to clear`;
  return checkId(id) ?? { values: {}, clear: true, ...(id === undefined ? {} : { id: id as string }) };
}
