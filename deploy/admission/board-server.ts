import type { Server, Task } from "../../runtime/time/admission/task.ts";

/** A cell or a bus, with who is behind each of its tasks. */
export interface BoardServer {
  readonly kind: "cell" | "bus";
  readonly name: string;
  readonly server: Server;
  readonly owners: ReadonlyMap<Task, string>;
}
