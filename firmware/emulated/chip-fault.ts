/** What it takes until a chip that holds the bus, or does not answer, works again. */
export type FreedBy = "clocks" | "reset" | "power" | "nothing";

/** What is wrong with a chip, or with the whole bus through it. */
export type ChipFault =
  /** Nobody answers the address. */
  | { readonly kind: "unplugged" }
  /** The address is acknowledged, the data is not. */
  | { readonly kind: "nak" }
  /** Does not answer until it is reset, or has lost its power. */
  | { readonly kind: "hung"; readonly freedBy: Exclude<FreedBy, "clocks"> }
  /** Holds SDA low: nothing on the bus works until nine clocks (the default), a reset, a power-cycle, or for good. */
  | { readonly kind: "stuck"; readonly freedBy?: FreedBy }
  /** Holds SDA low each time that it is spoken to, until nine clocks. */
  | { readonly kind: "holds" }
  /** Stretches the clock. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Flips one bit of a read with this probability, from a seed. */
  | { readonly kind: "corrupt"; readonly probability: number; readonly seed: number };
