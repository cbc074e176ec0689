/** What runs in the cell for processes that other boards have spawned: its first process only stays. */
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";

export function* guestCell(self: Self): ProcessGenerator {
  for (;;) yield* self.receive();
}
