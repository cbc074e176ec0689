/** When a board may be restarted for an update: `"02:00-04:00"`, in the board's own time, over midnight too. */
import * as v from "valibot";

export interface UpdateWindow {
  /** Minutes after midnight, 0 to 1439. */
  readonly fromMin: number;
  /** The first minute that is outside again, 1 to 1440. */
  readonly toMin: number;
}

const FORM = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;

export const updateWindowField = v.pipe(
  v.string(),
  v.regex(FORM),
  v.check((text) => parseUpdateWindow(text) !== undefined),
  v.description(
    "When the board may be restarted for an update, in its own time; may go over midnight. Default: whenever all outputs are safe.",
  ),
  v.examples(["02:00-04:00"]),
  v.metadata({ errorMessage: 'two different times of day, such as "02:00-04:00" or "22:30-05:00"' }),
);

/** Undefined for a text that is no window, or one without length. */
export function parseUpdateWindow(text: string): UpdateWindow | undefined {
  const [, ...digits] = FORM.exec(text) ?? [];
  if (digits.length === 0) return undefined;
  const [fromHour, fromMinute, toHour, toMinute] = digits.map(Number) as [number, number, number, number];
  const [fromMin, toMin] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  return toMin > 1440 || toMin === 0 || fromMin === toMin ? undefined : { fromMin, toMin };
}

/** Whether a time of day lies in it. `minute`: after midnight, 0 to 1439. */
export function isInside({ fromMin, toMin }: UpdateWindow, minute: number): boolean {
  return fromMin < toMin ? minute >= fromMin && minute < toMin : minute >= fromMin || minute < toMin;
}
