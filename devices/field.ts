/**
 * Fields of a configuration: each says to people what it is (`description`) and what it may hold
 * (`errorMessage`, which editors show too), and to the schema library how to check it.
 */
import * as v from "valibot";
import { parseDurationMs, parseFrequencyHz } from "../runtime/time/duration.ts";

/** What a field's metadata carries; `suggest` gives the nearest valid text for a value that is refused. */
export interface FieldMetadata {
  readonly errorMessage?: string;
  /** Of a list: what is allowed of one item, where `errorMessage` says it of all together. */
  readonly itemMessage?: string;
  readonly suggest?: (found: unknown) => string | undefined;
}

export type TextField = v.GenericSchema<string>;

export interface DurationRange {
  readonly from?: string;
  readonly to?: string;
  readonly example: string;
  /** A word that is accepted in place of a duration. */
  readonly or?: string;
}

/** A duration with a unit. Bounds are inclusive; 1ms to 366d unless told. */
export function duration(
  description: string,
  { from = "1ms", to = "366d", example, or }: DurationRange,
): TextField {
  const [least, most] = [durationMs(from), durationMs(to)];
  const fits = (text: string) => {
    const ms = parseDurationMs(text);
    return text === or || (ms !== undefined && ms >= least && ms <= most);
  };
  const plain = "[0-9]+(\\.[0-9]+)?(us|ms|s|m|h|d)";
  const word = or === undefined ? "" : `, or "${or}"`;
  return v.pipe(
    v.string(),
    v.regex(new RegExp(or === undefined ? `^${plain}$` : `^(${or}|${plain})$`)),
    v.check(fits),
    v.description(description),
    v.examples([example]),
    v.metadata({
      errorMessage: `a duration from ${from} to ${to}, such as "${example}"${word}`,
      suggest: (found: unknown) => suggestDuration(found, fits),
    }),
  );
}

/** A frequency with a unit. Bounds are inclusive. */
export function frequency(description: string, from: string, to: string, example: string): TextField {
  const [least, most] = [frequencyHz(from), frequencyHz(to)];
  const fits = (text: string) => {
    const hz = parseFrequencyHz(text);
    return hz !== undefined && hz >= least && hz <= most;
  };
  return v.pipe(
    v.string(),
    v.regex(/^[0-9]+(\.[0-9]+)?(Hz|kHz|MHz)$/),
    v.check(fits),
    v.description(description),
    v.examples([example]),
    v.metadata({
      errorMessage: `a frequency from ${from} to ${to}, such as "${example}"`,
      suggest: (found: unknown) => suggestFrequency(found, fits),
    }),
  );
}

/** A finite number within inclusive bounds. */
export function quantity(description: string, min: number, max: number, unit = ""): v.GenericSchema<number> {
  const errorMessage = `a number from ${min} to ${max}${unit && ` ${unit}`}`;
  return v.pipe(
    v.number(),
    v.minValue(min),
    v.maxValue(max),
    v.description(description),
    v.metadata({ errorMessage }),
  );
}

/** A whole number within inclusive bounds. */
export function whole(description: string, min: number, max: number): v.GenericSchema<number> {
  return v.pipe(
    v.number(),
    v.integer(),
    v.minValue(min),
    v.maxValue(max),
    v.description(description),
    v.metadata({ errorMessage: `a whole number from ${min} to ${max}` }),
  );
}

/** `true` or `false`. */
export function flag(description: string): v.GenericSchema<boolean> {
  return v.pipe(v.boolean(), v.description(description));
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(description: string, options: T) {
  return v.pipe(v.picklist(options), v.description(description));
}

/** Milliseconds of a text that a `duration` field has accepted; anything else is a defect. */
export function durationMs(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) throw new TypeError(`not a duration: ${JSON.stringify(text)}`);
  return ms;
}

/** Hertz of a text that a `frequency` field has accepted; anything else is a defect. */
export function frequencyHz(text: string): number {
  const hz = parseFrequencyHz(text);
  if (hz === undefined) throw new TypeError(`not a frequency: ${JSON.stringify(text)}`);
  return hz;
}

/** `"2 seconds"` is meant as `"2s"`; a bare number could mean anything. */
function suggestDuration(found: unknown, fits: (text: string) => boolean): string | undefined {
  if (typeof found !== "string") return undefined;
  const [, digits, word] = /^\s*(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*$/i.exec(found) ?? [];
  const unit = [
    [/^(ms|msecs?|millis|milliseconds?)$/i, "ms"],
    [/^(us|µs|usecs?|micros|microseconds?)$/i, "us"],
    [/^(s|secs?|seconds?)$/i, "s"],
    [/^(m|mins?|minutes?)$/i, "m"],
    [/^(h|hrs?|hours?)$/i, "h"],
    [/^(d|days?)$/i, "d"],
  ].find(([pattern]) => (pattern as RegExp).test(word ?? ""))?.[1];
  const text = `${digits}${unit}`;
  return unit !== undefined && fits(text) ? text : undefined;
}

function suggestFrequency(found: unknown, fits: (text: string) => boolean): string | undefined {
  if (typeof found !== "string") return undefined;
  const [, digits, scale] = /^\s*(\d+(?:\.\d+)?)\s*([km]?)hz\s*$/i.exec(found) ?? [];
  if (digits === undefined || scale === undefined) return undefined;
  const text = `${digits}${{ "": "Hz", k: "kHz", m: "MHz" }[scale.toLowerCase()]}`;
  return fits(text) ? text : undefined;
}
