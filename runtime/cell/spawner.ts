/** The process of every cell that spawns for processes of other cells: see `spawnIn`. */
import type { Body } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { SpawnAnswer, SpawnRequest } from "../process/spawn-in.ts";
import type { ExportRef } from "./kernel.ts";

/** Number of the spawner in its cell: the first process after the one the cell is for. */
export const SPAWNER = 2;

export interface BodySource {
  /** The body, when its module is there; `undefined` when it has to be loaded first. Throws for what is no body. */
  find(ref: ExportRef): Body | undefined;
  /** Loads the module for a later `find`; `then` gets the failure, if there is one. */
  request(ref: ExportRef, then: (failure: unknown) => void): void;
}

type Message = SpawnRequest | { readonly type: "loaded"; readonly id: number; readonly failure?: ExitReason };

export function spawner(source: BodySource): Body<[], Message> {
  return function* spawner(self: Self<Message>): ProcessGenerator {
    const waiting = new Map<number, SpawnRequest>();
    const post = self.poster<Message>();
    let lastId = 0;
    const answer = ({ from, ref }: SpawnRequest, value: SpawnAnswer) =>
      self.send(from, { type: "reply", ref, value }, { alias: ref });
    const spawn = (request: SpawnRequest): boolean => {
      const { body, args, label, band } = request;
      const found = source.find(body);
      if (found === undefined) return false;
      const options = { ...(label === undefined ? {} : { label }), ...(band === undefined ? {} : { band }) };
      answer(request, { pid: self.spawn(found, args, options) });
      return true;
    };
    for (;;) {
      const message = yield* self.receive(["spawn", "loaded"]);
      const request = message.type === "spawn" ? message : waiting.get(message.id);
      if (request === undefined) continue;
      if (message.type === "loaded") waiting.delete(message.id);
      try {
        if (message.type === "loaded" && message.failure !== undefined) {
          answer(request, { failure: message.failure });
        } else if (!spawn(request)) {
          const id = ++lastId;
          waiting.set(id, request);
          source.request(request.body, (failure) =>
            post(
              failure === undefined
                ? { type: "loaded", id }
                : { type: "loaded", id, failure: crashReason(failure) },
            ),
          );
        }
      } catch (error) {
        answer(request, { failure: crashReason(error) });
      }
    }
  };
}
