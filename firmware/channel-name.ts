/** Names of the buses behind a multiplexer: the adapter, the multiplexer's address, the channel. */

const CHANNEL = /^(i2c-\d{1,2})\/(0x[0-9a-f]{2})\/([0-7])$/;

/** Where a channel is. */
export interface ChannelPlace {
  /** The adapter: `i2c-1`. */
  readonly bus: string;
  readonly mux: number;
  /** 0..7. */
  readonly channel: number;
}

/** `i2c-1/0x70/3`. */
export function channelName({ bus, mux, channel }: ChannelPlace): string {
  return `${bus}/0x${mux.toString(16).padStart(2, "0")}/${channel}`;
}

/** The parts of such a name; undefined for the name of an adapter, or of nothing. */
export function channelPlace(name: string): ChannelPlace | undefined {
  const [, bus, mux, channel] = CHANNEL.exec(name) ?? [];
  return bus === undefined ? undefined : { bus, mux: Number(mux), channel: Number(channel) };
}

/** The adapter that a bus hangs on: itself, or that of its multiplexer. */
export function adapterOf(name: string): string {
  return channelPlace(name)?.bus ?? name;
}
