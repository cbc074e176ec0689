/** From a body to the generator that the cell resumes. */
import type { Body } from "./cell-contract.ts";
import type { ProcessGenerator } from "./process.ts";
import type { Self } from "./self.ts";

/** Never throws: a body that is no generator function fails in its own process, as any other defect of it. */
export function beginBody<A extends readonly unknown[], M>(
  body: Body<A, M>,
  self: Self<M>,
  args: A,
): ProcessGenerator<unknown> {
  try {
    const generator: unknown = body(self, ...args);
    if (typeof (generator as ProcessGenerator | undefined)?.next === "function")
      return generator as ProcessGenerator<unknown>;
    const what =
      generator instanceof Promise ? "a promise, which can never complete here" : `a ${typeof generator}`;
    return failing(
      new TypeError(`a process body is a generator function (function*); ${body.name} gave ${what}`),
    );
  } catch (error) {
    return failing(error);
  }
}

function* failing(error: unknown): ProcessGenerator {
  throw error;
}
