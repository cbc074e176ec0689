import type { Body } from "../../runtime/process/cell-contract.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";

/** A process of the kernel's cell that serves for as long as the runtime lives, under the board's supervisor. */
export function deskChild<M>(id: string, body: Body<[], M>): ChildSpec {
  return { id, restart: "permanent", start: (self) => self.spawn(body, [], { label: id }) };
}
