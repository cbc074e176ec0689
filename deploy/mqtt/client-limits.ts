/** What aedes 2.0.0-beta.1 leaves to others of MQTT 5: properties that must not go on, packets that a client does not take. */

/** aedes leaves it in a will that it publishes, where it is no property (3.3.2.3): a strict client would go away. */
export function withoutWillDelay({ properties }: { readonly properties?: object | undefined }): void {
  if (properties !== undefined) Reflect.deleteProperty(properties, "willDelayInterval");
}

/** Flags, remaining length, length of the topic, and no properties: the least beside topic and payload, bytes. */
const LEAST_AROUND = 1 + 1 + 2 + 1;

/**
 * Whether a client takes packets of this size ([MQTT-3.1.2-24]). Properties are not counted, so one that is a little too large
 * may still be sent; none is held back that would fit.
 */
export function isTaken(
  { maximumPacketSize }: { readonly maximumPacketSize?: number | undefined },
  { topic, payload }: { readonly topic: string; readonly payload: string | Buffer },
): boolean {
  if (maximumPacketSize === undefined) return true;
  return LEAST_AROUND + Buffer.byteLength(topic) + Buffer.byteLength(payload) <= maximumPacketSize;
}
