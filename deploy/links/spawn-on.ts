/** Starting a process on another board, as far as that board allows. */
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import type { CallLimit } from "../../runtime/behaviour/exchange.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { BOARD_DESK, type BoardDesk, type GuestRequest } from "./board-desk.ts";

/**
 * `const pid = yield* spawnOn(self, "pumphouse", { module: "agents/watering.js", name: "watering" }, [200])`. It runs on when
 * the link is cut, unless it is linked with somebody here. Throws `CallError` (noproc: that board is not linked),
 * `RefusedError` (notAllowed, tooMany, failed), `UncopyableError`.
 */
export function* spawnOn<M>(
  self: Self<M>,
  board: string,
  { module, name }: Pick<GuestRequest, "module" | "name">,
  args: readonly unknown[] = [],
  limit?: CallLimit,
): ProcessGenerator<Pid> {
  const desk = addressOf<BoardDesk>(`${BOARD_DESK}@${board}`);
  return yield* call(self, desk, { type: "spawn", module, name, args }, limit);
}
