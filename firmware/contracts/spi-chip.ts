/** An emulated chip on SPI, at wire level; it shares no decoding with its driver. */
export interface SpiChip {
  /** One transfer, from the fall of its chip select to the rise: what it drives while these bytes come in. */
  exchange(bytes: Uint8Array): Uint8Array;
  /** One line for people: part, what it measures now. */
  describe(): string;
}
