/** Buses that are no I2C, and what a device on one of them says of its place. */
import * as v from "valibot";
import { choice, frequency, whole } from "../../devices/field.ts";
import { SPI_NAMES } from "../../firmware/spi-pins.ts";
import { line } from "./place-fields.ts";

const spiBus = v.strictObject({
  speed: frequency("Highest clock of the bus; a chip that is slower has its own.", "10kHz", "50MHz", "1MHz"),
});

/** Buses of the header are known by their names, so their lines are not written. */
export const spiSchema = v.pipe(
  v.strictObject({ spi0: v.exactOptional(spiBus), spi1: v.exactOptional(spiBus) }),
  v.description("SPI buses."),
);

export const w1Schema = v.pipe(
  v.strictObject({ line: line("The line of its data wire; overlays take GPIO4 unless told.") }),
  v.description("The 1-wire bus: one wire for all devices on it."),
);

export const spiFields = {
  bus: choice("One of the SPI buses above.", SPI_NAMES) as v.GenericSchema<string>,
  chipSelect: whole("Which chip select it is wired to: 0 is CE0.", 0, 2),
};

export const w1Fields = {
  sensor: v.pipe(
    v.string(),
    v.regex(/^[0-9a-f]{2}-[0-9a-f]{12}$/),
    v.description("Number of the device as /sys/bus/w1/devices lists it."),
    v.examples(["28-0316a2794bff"]),
    v.metadata({ errorMessage: 'a number such as "28-0316a2794bff": ls /sys/bus/w1/devices shows it' }),
  ) as v.GenericSchema<string>,
};

export type SpiConfig = v.InferOutput<typeof spiSchema>;
export type W1Config = v.InferOutput<typeof w1Schema>;
