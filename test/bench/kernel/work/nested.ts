import type { ProcessGenerator } from "../../../../runtime/process/process.ts";

/** `inner` below `levels` more levels of `yield*`. */
export function nested<R>(levels: number, inner: ProcessGenerator<R>): ProcessGenerator<R> {
  let outer = inner;
  for (let level = 0; level < levels; level++) outer = through(outer);
  return outer;
}

function* through<R>(inner: ProcessGenerator<R>): ProcessGenerator<R> {
  return yield* inner;
}
