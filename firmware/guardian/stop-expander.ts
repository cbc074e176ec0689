import type { ExpanderOutputPlan, ExpanderPlan } from "../contracts/expander-plan.ts";

/**
 * One transfer to a chip of the expander's bus: writes, then reads with a repeated start where `readLength` is above 0.
 * Resolves to the bytes read, or to why there are none, in the words of the bus.
 */
export type StopTransfer = (
  address: number,
  write: readonly number[],
  readLength: number,
) => Promise<Uint8Array | string>;

/**
 * Brings those outputs of an expander to their safe levels that `isWanted` names, and leaves all other pins as the chip
 * has them. `muxes`: every multiplexer of its adapter; those that are not on the way to it are closed first, or chips with
 * its address behind them would hear what it is told. Resolves to undefined for each output that reads back right, else to why not, by its line. Levels go
 * out before directions, so that a pin that becomes an output has its level already.
 */
export async function stopExpander(
  plan: ExpanderPlan,
  isWanted: (output: ExpanderOutputPlan) => boolean,
  transfer: StopTransfer,
  muxes: readonly number[] = [],
): Promise<ReadonlyMap<string, string | undefined>> {
  const { address, registers, pins, bus, outputs } = plan;
  const bytes = pins / 8;
  const wanted = outputs.filter(isWanted);
  const all = (why: string) => new Map(wanted.map(({ line }) => [line, why]));
  if (wanted.length === 0) return new Map();
  const [, mux, channel] = bus.split("/");
  for (const other of muxes) {
    if (mux !== undefined && other === Number(mux)) continue;
    const closed = await transfer(other, [0], 0);
    if (typeof closed === "string") return all(`multiplexer 0x${other.toString(16)}: ${closed}`);
  }
  if (mux !== undefined) {
    const opened = await transfer(Number(mux), [1 << Number(channel)], 0);
    if (typeof opened === "string") return all(`multiplexer ${mux}: ${opened}`);
  }
  const latch = await transfer(address, [registers.latch], bytes);
  if (typeof latch === "string") return all(latch);
  const direction = await transfer(address, [registers.direction], bytes);
  if (typeof direction === "string") return all(direction);
  const levels = latch.slice();
  const directions = direction.slice();
  for (const output of wanted) {
    setBit(levels, output.pin, safeLevel(output));
    setBit(directions, output.pin, 0);
  }
  for (const [register, value] of [
    [registers.latch, levels],
    [registers.direction, directions],
  ] as const) {
    const written = await transfer(address, [register, ...value], 0);
    if (typeof written === "string") return all(written);
  }
  const port = await transfer(address, [registers.port], bytes);
  if (typeof port === "string") return all(port);
  return new Map(
    wanted.map((output) => {
      const [level, seen] = [safeLevel(output), bitOf(port, output.pin)];
      return [output.line, seen === level ? undefined : `driven to ${level}, it reads ${seen}`];
    }),
  );
}

/** The electrical level of the safe one. */
function safeLevel({ safe, activeLow }: ExpanderOutputPlan): 0 | 1 {
  return (safe === "on") === activeLow ? 0 : 1;
}

function bitOf(bytes: Uint8Array, bit: number): 0 | 1 {
  return ((bytes[bit >> 3]! >> (bit & 7)) & 1) as 0 | 1;
}

function setBit(bytes: Uint8Array, bit: number, value: 0 | 1): void {
  const mask = 1 << (bit & 7);
  bytes[bit >> 3]! = value === 1 ? bytes[bit >> 3]! | mask : bytes[bit >> 3]! & ~mask;
}
