/** What a client asks of a broker that speaks MQTT 5 (3.1.2.11). */
export const SESSION_PROPERTIES = {
  /** Nothing waits for a client that is away. */
  sessionExpiryInterval: 0,
  /** Deliveries with QoS 1 that are not acknowledged yet. */
  receiveMaximum: 32,
  /**
   * Nothing longer is delivered, bytes ([MQTT-3.1.2-24]): whoever may publish to a topic of ours could fill our memory with one
   * packet otherwise. With 3.1.1 only the broker's own limit is there (Mosquitto's `message_size_limit`).
   */
  maximumPacketSize: 1 << 20,
} as const;
