/** Groups of outputs of which never two are on: what may be written about them. */
import * as v from "valibot";
import { choice, duration } from "../../devices/field.ts";

/** One group, under its name. */
export const interlockSchema = v.strictObject({
  outputs: v.pipe(
    v.array(v.string()),
    v.minLength(2),
    v.description("The devices of which never two are on."),
    v.metadata({ errorMessage: 'a list of two devices or more, such as ["open", "close"]' }),
  ),
  onSecond: v.exactOptional(
    choice(
      'What a second "on" does. refuse: nothing. switch: the first goes off, and after the dead time the second on. Default: refuse.',
      ["refuse", "switch"],
    ),
  ),
  deadTime: v.exactOptional(
    duration("Time from the moment that one has read back off until another may go on. Default: none.", {
      to: "10m",
      example: "500ms",
    }),
  ),
});

export type InterlockConfig = v.InferOutput<typeof interlockSchema>;
