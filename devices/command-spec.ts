/**
 * What a device accepts on `<device>/set`, as data: it is checked at the edge, shown on the page and
 * written to the JSON schema from one declaration.
 */
import type { ModeOrder } from "./handler/mode.ts";

export type CommandField =
  | { readonly type: "boolean" }
  | { readonly type: "number"; readonly min: number; readonly max: number; readonly unit?: string };

/** Field name to what it may hold. A command carries one field or more, and the options below. */
export type CommandSpec = Readonly<Record<string, CommandField>>;

/** Options any command may carry beside its fields (outputs, owners, ends). */
export interface CommandOptions {
  /** Makes the command idempotent: a repeated id is answered and not carried out again. */
  readonly id?: string;
  /** How long the command justifies the level, ms (on the wire a string with a unit: `"10m"`). */
  readonly forMs?: number;
  /** `true`: take the output from its controller for `forMs`; `false`: give it back. */
  readonly override?: boolean;
}

/** A checked command on its way to a device. */
export interface Command extends CommandOptions {
  readonly values: Readonly<Record<string, boolean | number>>;
  /** For the ladder, not for the driver; such a command has no values. */
  readonly mode?: ModeOrder;
  /** For the guardian: an operator acknowledges that `maxOn` latched the output off. It has no values either. */
  readonly clear?: true;
}
