/** What may be written about a bus: its lines and clock, the multiplexers on it, and what brings it back when it is held. */
import * as v from "valibot";
import { choice, duration, flag, frequency } from "../../devices/field.ts";
import { line, muxAddress } from "./place-fields.ts";

const optional = v.exactOptional;

/** `settle`: example of what the pulsed part needs. */
function pulseFields(pulsed: string, forTime: string, settle: string) {
  return {
    line: line(`The line that ${pulsed}.`),
    for: optional(duration(`How long. Default: ${forTime}.`, { from: "10us", to: "10s", example: forTime })),
    settle: optional(
      duration(`What follows needs so long until it answers. Default: ${settle}.`, {
        from: "0s",
        to: "10s",
        example: settle,
      }),
    ),
  };
}

/** Of chips and multiplexers; most reset at the low level. */
export const RESET_DEFAULTS = { for: "1ms", settle: "10ms" } as const;
export const RAIL_DEFAULTS = { for: "500ms", settle: "100ms" } as const;

/** A reset input that is wired to a line. */
export const resetSchema = v.pipe(
  v.strictObject({
    ...pulseFields("its reset input is wired to", RESET_DEFAULTS.for, RESET_DEFAULTS.settle),
    activeLow: optional(flag("It resets at the low level. Default: true.")),
  }),
  v.description("Its reset input. The guardian pulses it when nothing else helps."),
);

const railSchema = v.pipe(
  v.strictObject({
    ...pulseFields("switches the power of the chips on the bus", RAIL_DEFAULTS.for, RAIL_DEFAULTS.settle),
    activeLow: optional(flag("The power is on at the low level. Default: false.")),
  }),
  v.description(
    "Power of everything on the bus. The guardian turns it off for a while when nothing else helps.",
  ),
);

const muxSchema = v.strictObject({
  chip: choice("The part.", ["tca9548a"]),
  reset: optional(resetSchema),
});

export const busSchema = v.strictObject({
  sda: optional(line("Data line. Without sda and scl the bus is not on the header: a USB adapter, say.")),
  scl: optional(line("Clock line.")),
  speed: frequency("Clock of the bus.", "10kHz", "1MHz", "400kHz"),
  muxes: optional(
    v.pipe(
      v.record(muxAddress, muxSchema),
      v.description(
        'Multiplexers, by address. Channel 3 of one at "0x70" is the bus "i2c-1/0x70/3" for devices.',
      ),
    ),
  ),
  rail: optional(railSchema),
});

export type BusConfig = v.InferOutput<typeof busSchema>;
export type ResetConfig = v.InferOutput<typeof resetSchema>;
export type RailConfig = v.InferOutput<typeof railSchema>;
