/**
 * onoff as its integration tests want it: lines by the numbers of a Raspberry Pi, whose chip began at 0, and a wire from
 * GPIO7 to GPIO8. Copper has no delay, so the wire is pulled by whoever writes: what the simulated chip puts out on the
 * line that is an output goes to the other one, from the outside. onoff itself is unchanged.
 *
 * PEERS_BASE: number of the chip's first line; PEERS_LINES: the simulated chip's other side.
 */
"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { Gpio } = require("onoff");

const BASE = Number(process.env.PEERS_BASE);
const LINES = process.env.PEERS_LINES;
const WIRE = [7, 8];

const directionOf = (line) => {
  try {
    return readFileSync(`/sys/class/gpio/gpio${BASE + line}/direction`, "utf8").trim();
  } catch {
    return undefined; // nobody has exported it
  }
};

/** Copies a level along the wire; of two inputs none, as on a bench. */
const conduct = () => {
  const from = WIRE.find((line) => directionOf(line) === "out");
  if (from === undefined) return;
  const to = WIRE.find((line) => line !== from);
  const level = readFileSync(`${LINES}/sim_gpio${from}/value`, "utf8").trim();
  writeFileSync(`${LINES}/sim_gpio${to}/pull`, level === "1" ? "pull-up" : "pull-down");
};

exports.Gpio = class extends Gpio {
  constructor(line, ...options) {
    super(BASE + line, ...options);
    conduct();
  }

  writeSync(value) {
    super.writeSync(value);
    conduct();
  }

  setDirection(direction) {
    super.setDirection(direction);
    conduct();
  }

  setActiveLow(invert) {
    super.setActiveLow(invert);
    conduct();
  }
};
