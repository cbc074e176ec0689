/** What the guardian knows of its buses: counted since it started, in constant memory. */

/** Failed transfers by the code of their error, each try for itself. */
export interface BusErrors {
  readonly address_nak: number;
  readonly data_nak: number;
  readonly arbitration_lost: number;
  readonly bus_stuck: number;
  readonly timeout: number;
  readonly refused: number;
}

export interface ChipReport {
  /** `i2c-1`, or the channel of a multiplexer: `i2c-1/0x70/3`. */
  readonly bus: string;
  /** 7-bit. */
  readonly address: number;
  /** `quarantined`: kept off the bus for a while, because it held it. */
  readonly state: "good" | "failing" | "quarantined";
  /** Tries, failed ones included. */
  readonly transfers: number;
  /** Written and read in those that succeeded. */
  readonly bytes: number;
  readonly errors: BusErrors;
  readonly retries: number;
  /** Resets and power-cycles that were tried to bring it back. */
  readonly resets: number;
  /** Slowest transfer, us. */
  readonly longestUs: number;
}

export interface BusReport {
  readonly bus: string;
  readonly hz: number;
  /** True while it is held and no rung of its ladder has freed it. */
  readonly stuck: boolean;
  /** Everything that went over it, channel selections included. */
  readonly transfers: number;
  /** Time that took by its bits at this clock, us. */
  readonly wireUs: number;
  /** Time that took by the machine's clock, us. */
  readonly busyUs: number;
  /** Of the bus's time, by bits, over the last whole window of 10 s. */
  readonly usePercent: number;
  readonly chips: readonly ChipReport[];
}
