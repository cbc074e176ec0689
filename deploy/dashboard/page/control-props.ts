/** What every control of a command field needs to know. */
import type { Value } from "../store/wire.ts";

export interface ControlProps {
  readonly device: string;
  readonly field: string;
  /** What is commanded, or else read back; undefined when nothing is known. */
  readonly shown: Value | undefined;
  /** A controller owns the output and it is not overridden: only off is direct. */
  readonly owned: boolean;
  /** What is shown was so; nobody can say that it still is. */
  readonly old: boolean;
  /** No connection, or the board is offline: nothing can be sent. */
  readonly disabled: boolean;
  set(value: boolean | number): void;
}
