import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";

/** Says that it runs, and crashes when told. */
export function* mortal(self: Self<{ type: "crash" }>, to: Pid): ProcessGenerator {
  self.send(to, { type: "up" });
  yield* self.receive("crash");
  throw new Error("told to crash");
}
