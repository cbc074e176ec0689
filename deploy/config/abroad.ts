/** What is on another board is written with that board behind an @: `pump@pump-house`. */
import * as v from "valibot";
import type { TextField } from "../../devices/field.ts";

/** A name as it is written, and the board that it is of; `undefined`: of this one. */
export interface Place {
  readonly name: string;
  readonly board: string | undefined;
}

/** Never throws; of a text without an @ all is the name. */
export function placeOf(text: string): Place {
  const at = text.indexOf("@");
  return at === -1
    ? { name: text, board: undefined }
    : { name: text.slice(0, at), board: text.slice(at + 1) };
}

/** Id of a device of this board or, with an @, of another one. */
export function idAnywhere(description: string): TextField {
  return v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9_-]{0,31}(@[a-z][a-z0-9_-]{0,31})?$/),
    v.description(description),
    v.metadata({
      errorMessage:
        'the id of a device such as "pump", or of one on a linked board such as "pump@pump-house"',
    }),
  );
}
