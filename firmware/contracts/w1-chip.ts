/** An emulated 1-wire device, once it was addressed; it shares no decoding with its driver. */
export interface W1Chip {
  /** A function command and the bytes that belong to it. */
  receive(bytes: Uint8Array): void;
  /** The bytes that it answers its last command with. */
  transmit(length: number): Uint8Array;
  /** One line for people: part, what it measures now. */
  describe(): string;
}
