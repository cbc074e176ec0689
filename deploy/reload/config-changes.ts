/** What differs between two configurations, as written: leaf by leaf, in the order of the old one, then what is new. */
import type { Path } from "../config/problem.ts";
import { isPlainObject } from "../config/shape.ts";

export interface ConfigChange {
  readonly at: Path;
  /** `undefined`: it was not written. */
  readonly from: unknown;
  /** `undefined`: it is not written any more. */
  readonly to: unknown;
}

/** Lists count as one value. An object that comes or goes is one change, whatever is in it. */
export function configChanges(from: unknown, to: unknown, at: Path = []): readonly ConfigChange[] {
  if (isPlainObject(from) && isPlainObject(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      configChanges(own(from, key), own(to, key), [...at, key]),
    );
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ at, from, to }];
}

/** Names of devices may be those that every object has, such as `constructor`. */
function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
