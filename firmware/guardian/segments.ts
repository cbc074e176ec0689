import { channelName } from "../channel-name.ts";
import type { BusPlan } from "../contracts/bus-plan.ts";

/** A bus as cells know it: an adapter, or one channel of a multiplexer on it. */
export interface Segment {
  /** `i2c-1`, `i2c-1/0x70/3`. */
  readonly name: string;
  /** Number of the adapter in the plan. */
  readonly adapter: number;
  /** The multiplexer in front of it, by its place in the adapter's plan, and the bit of its channel. */
  readonly channel?: { readonly mux: number; readonly mask: number };
}

/** All of them by their numbers on the wire: the adapters in the order of the plan, then the channels. */
export function segmentsOf(buses: readonly BusPlan[]): readonly Segment[] {
  const adapters = buses.map(({ bus }, adapter): Segment => ({ name: bus, adapter }));
  const channels = buses.flatMap(({ bus, muxes = [] }, adapter) =>
    muxes.flatMap(({ address, channels }, mux) =>
      channels.map((channel): Segment => {
        const name = channelName({ bus, mux: address, channel });
        return { name, adapter, channel: { mux, mask: 1 << channel } };
      }),
    ),
  );
  return [...adapters, ...channels];
}
