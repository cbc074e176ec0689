/** Sizes with a unit, as fields of a configuration: `"16MB"`. */
import * as v from "valibot";
import type { TextField } from "../../devices/field.ts";
import { parseSizeBytes } from "./size-text.ts";

/** Bounds are inclusive. */
export function size(description: string, from: string, to: string, example: string): TextField {
  const [least, most] = [parseSizeBytes(from)!, parseSizeBytes(to)!];
  const fits = (text: string) => {
    const bytes = parseSizeBytes(text);
    return bytes !== undefined && bytes >= least && bytes <= most;
  };
  return v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,6}(\.[0-9]{1,3})?(kB|MB|GB)$/),
    v.check(fits),
    v.description(description),
    v.examples([example]),
    v.metadata({
      errorMessage: `a size from ${from} to ${to}, such as "${example}"`,
      suggest: (found: unknown) => suggestSize(found, fits),
    }),
  );
}

/** `"16mb"`, `"16 MB"`, `"16M"`, `"16MiB"` were meant as `"16MB"`. */
function suggestSize(found: unknown, fits: (text: string) => boolean): string | undefined {
  const [, amount, letter] = /^\s*(\d+(?:\.\d+)?)\s*([kmg])i?b?\s*$/i.exec(String(found)) ?? [];
  if (amount === undefined || letter === undefined) return undefined;
  const text = `${amount}${{ k: "kB", m: "MB", g: "GB" }[letter.toLowerCase()]}`;
  return fits(text) ? text : undefined;
}
