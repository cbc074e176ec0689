/** Fields that say where something is: names, lines, buses, addresses. */
import * as v from "valibot";
import type { TextField } from "../../devices/field.ts";
import { HEADER, LINE_NAMES, type LineName } from "../../firmware/header-map.ts";
import { reservedIds } from "../mqtt/topics.ts";

/** Ids are topic levels; these are levels that mean something else. */
export const RESERVED_IDS: readonly string[] = [...reservedIds];

/** Lines with hardware PWM. */
export const PWM_LINES = LINE_NAMES.filter((line) => "pwm" in HEADER[line]);

/** Name of a board, device or controller. */
export function id(description: string): TextField {
  return v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9_-]{0,31}$/),
    v.description(description),
    v.metadata({
      errorMessage: "an id of 1 to 32 characters a-z, 0-9, - and _ that begins with a letter",
      suggest: suggestId,
    }),
  );
}

/** Name of a cell: the id of who lives there alone, or `shared:` and a name (`placement.ts`). */
export function cellName(description: string): TextField {
  return v.pipe(
    v.string(),
    v.regex(/^([a-z][a-z0-9_-]{0,31}|shared:[a-z0-9_+:-]+)$/),
    v.description(description),
    v.metadata({
      errorMessage: 'the id of a device or controller, or the name of a shared cell such as "shared:i2c-1"',
      suggest: suggestId,
    }),
  );
}

/**
 * A line of the header, `GPIO17`, or its pin, `pin 11`, which is a line by the time anybody reads it (`withLinesForPins`).
 */
export function line(description: string, names = LINE_NAMES): v.GenericSchema<LineName> {
  const pwm = names === PWM_LINES;
  const pins = names.map((name) => `pin ${HEADER[name].pin}` as LineName);
  return v.pipe(
    v.picklist([...names, ...pins]),
    v.description(description),
    v.metadata({
      errorMessage: pwm
        ? `a line with hardware PWM: ${names.join(", ")}`
        : 'a line from GPIO0 to GPIO27, or its pin, such as "pin 11"',
      suggest: (found: unknown) => suggestLine(found, names),
    }),
  );
}

/** `i2c-1`, as Linux numbers its buses. */
export function busName(description: string): TextField {
  return v.pipe(
    v.string(),
    v.regex(/^i2c-[0-9]{1,2}$/),
    v.description(description),
    v.metadata({ errorMessage: 'the name of a bus, such as "i2c-1"', suggest: suggestBus }),
  );
}

/** `i2c-1`, or a channel of a multiplexer on it: `i2c-1/0x70/3`. */
export function busOrChannel(description: string): TextField {
  return v.pipe(
    v.string(),
    v.regex(/^i2c-[0-9]{1,2}(\/0x7[0-7]\/[0-7])?$/),
    v.description(description),
    v.metadata({
      errorMessage:
        'the name of a bus, such as "i2c-1", or of a channel of its multiplexer, such as "i2c-1/0x70/3"',
      suggest: suggestBus,
    }),
  );
}

/** Address of a multiplexer, as it is strapped. */
export const muxAddress = v.pipe(
  v.string(),
  v.regex(/^0x7[0-7]$/),
  v.description("7-bit I2C address, in hexadecimal."),
  v.metadata({ errorMessage: "an address of this part: 0x70 to 0x77" }),
);

/** One of the 7-bit addresses a part can have, written `"0x76"` (JSON has no hexadecimal numbers). */
export function address(addresses: readonly number[]): TextField {
  const texts = addresses.map(addressText);
  return v.pipe(
    v.picklist(texts),
    v.description("7-bit I2C address, in hexadecimal."),
    v.metadata({
      errorMessage: `an address of this part: ${texts.join(", ")}`,
      suggest: (found: unknown) => suggestAddress(found, texts),
    }),
  );
}

/** 118 to `0x76`. */
export function addressText(address: number): string {
  return `0x${address.toString(16).padStart(2, "0")}`;
}

function suggestId(found: unknown): string | undefined {
  const text = String(found)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 32);
  return text === "" ? undefined : text;
}

/** 17, `"17"`, `"gpio 17"`, `"BCM17"` are line 17; a pin of the header is not guessed. */
function suggestLine(found: unknown, names: readonly string[]): string | undefined {
  const [, digits] = /^(?:gpio|bcm)?[ _-]?0*(\d{1,2})$/i.exec(String(found)) ?? [];
  return names.find((name) => name === `GPIO${digits}`);
}

function suggestBus(found: unknown): string | undefined {
  const [, digits] = /^(?:\/dev\/)?i2c[-_ ]?(\d{1,2})$/i.exec(String(found)) ?? [];
  return digits === undefined ? undefined : `i2c-${digits}`;
}

/** 118 is 0x76; `"76"` and `"0X76"` are meant as 0x76. */
function suggestAddress(found: unknown, texts: readonly string[]): string | undefined {
  const [, digits] = /^(?:0x)?([0-9a-f]{2})$/i.exec(String(found)) ?? [];
  const meant = typeof found === "number" ? addressText(found) : `0x${digits?.toLowerCase()}`;
  return texts.find((text) => text === meant);
}
