/** Settings of a driver or controller, from what was written to what its code reads. */
import * as v from "valibot";
import type { Settings, SettingsSchema } from "../../devices/catalogue.ts";

/** Checked, defaults filled in, units in the names. What the checks did not accept is a defect (throws). */
export function settingsOf<S extends Settings>(schema: SettingsSchema<S>, written: unknown = {}): S {
  return v.parse(schema, written);
}
