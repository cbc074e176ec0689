/** A board with 25 chips behind a multiplexer on each of two buses at 400 kHz, each measured ten times a second. */
const CHIPS_A_BUS = 25;
/** As the board is admitted: with more of them a cell would have no time for all its jobs. */
const CHIPS_A_CELL = 5;
const BUSES = [
  { bus: "i2c-1", sda: "GPIO2", scl: "GPIO3" },
  { bus: "i2c-0", sda: "GPIO0", scl: "GPIO1" },
] as const;
/** Of one channel: the addresses that an ADS1115 can have. */
const ADDRESSES = ["0x48", "0x49", "0x4a", "0x4b"];

export const CHIPS = CHIPS_A_BUS * BUSES.length;
export const BUS_COUNT = BUSES.length;
export const BUS_HZ = 400_000;
/** Address of the multiplexer of each bus. */
export const MUX = "0x70";

/** The text of its board.config.json. */
export function manyChips(): string {
  const devices = BUSES.flatMap(({ bus }) =>
    Array.from({ length: CHIPS_A_BUS }, (_, index) => {
      const channel = Math.floor(index / ADDRESSES.length);
      const cell = `${bus}-cell-${Math.floor(index / CHIPS_A_CELL)}`;
      const timing = { every: "100ms", hardDeadline: "2s", cell };
      const place = { bus: `${bus}/${MUX}/${channel}`, address: ADDRESSES[index % ADDRESSES.length] };
      const settings = { channel: 0, dryVolts: 2.6, wetVolts: 1.1 };
      return [`${bus}-${index}`, { driver: "ads1115", ...place, ...timing, settings }];
    }),
  );
  const buses = BUSES.map(({ bus, sda, scl }) => [
    bus,
    { sda, scl, speed: "400kHz", muxes: { [MUX]: { chip: "tca9548a" } } },
  ]);
  return JSON.stringify({
    version: 1,
    board: { id: "greenhouse" },
    hardware: "emulated",
    buses: Object.fromEntries(buses),
    devices: Object.fromEntries(devices),
  });
}
