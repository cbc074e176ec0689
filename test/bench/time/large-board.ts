/**
 * The configuration of a large emulated board: half a header of buttons and lamps, and climate and soil sensors on as
 * many I2C buses as they need, the first two on the header, the others on USB adapters. Every job at one period.
 */
const HEADER_LINES = 28;
/** Of the two buses on the header. */
const BUS_LINES = ["GPIO2", "GPIO3", "GPIO0", "GPIO1"];
/** Addresses that the parts can have: two BME280 and four ADS1115 a bus. */
const CHIPS = [
  { driver: "bme280", address: "0x76" },
  { driver: "bme280", address: "0x77" },
  ...["0x48", "0x49", "0x4a", "0x4b"].map((address) => ({
    driver: "ads1115",
    address,
    settings: { channel: 0, dryVolts: 2.6, wetVolts: 1.1 },
  })),
];

export interface LargeBoard {
  readonly devices: number;
  /** Default `100ms`. */
  readonly every?: string;
  /** Default auto. */
  readonly placement?: "auto" | "own" | "shared";
}

/** The text of its board.config.json. */
export function largeBoard({ devices, every = "100ms", placement = "auto" }: LargeBoard): string {
  const lines = Array.from({ length: HEADER_LINES }, (_, index) => `GPIO${index}`).filter(
    (line) => !BUS_LINES.includes(line),
  );
  const onLines = Math.min(lines.length, Math.floor(devices / 4));
  const chips = devices - onLines;
  const busCount = Math.ceil(chips / CHIPS.length);
  const timing = { every, hardDeadline: "2s" };
  const entries = [
    ...lines.slice(0, onLines).map((line, index) => [`line-${index}`, { ...onLine(line, index), ...timing }]),
    ...Array.from({ length: chips }, (_, index) => {
      const bus = busName(Math.floor(index / CHIPS.length));
      return [`chip-${index}`, { bus, ...CHIPS[index % CHIPS.length], ...timing }];
    }),
  ];
  return JSON.stringify({
    version: 1,
    board: { id: "greenhouse" },
    hardware: "emulated",
    buses: Object.fromEntries(Array.from({ length: busCount }, (_, index) => [busName(index), bus(index)])),
    devices: Object.fromEntries(entries),
    placement,
  });
}

/** As Linux numbers them: the header's first, then those of the adapters. */
function busName(index: number): string {
  return `i2c-${index < 2 ? 1 - index : 9 + index}`;
}

function bus(index: number): object {
  const [sda, scl] = BUS_LINES.slice(2 * index);
  return sda === undefined ? { speed: "400kHz" } : { sda, scl, speed: "400kHz" };
}

function onLine(line: string, index: number): object {
  return index % 2 === 0
    ? { driver: "button", line, bias: "pull-up" }
    : { driver: "led", line, safe: "off", commandFor: "10m" };
}
