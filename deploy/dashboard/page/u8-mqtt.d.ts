/** The part of u8-mqtt 0.6 (BSD-2-Clause, no types of its own) that the page uses: MQTT 3.1.1, no router. */
declare module "u8-mqtt/esm/web/basic-v4.js" {
  export interface PublishPacket {
    readonly topic: string;
    readonly payload: Uint8Array;
    readonly retain: boolean;
    readonly qos: number;
  }
  export interface ConnectPacket {
    client_id: string;
    keep_alive: number;
    flags: { clean_start: boolean; username?: boolean; password?: boolean };
    username?: string;
    password?: string;
  }
  export interface Handlers {
    mqtt_publish?(packet: PublishPacket): void;
    mqtt_pingresp?(): void;
  }
  export class MQTTClient {
    constructor(options: {
      on_mqtt_type: Handlers;
      log_conn?(): void;
      on_disconnect?(): void;
      on_error?(error: unknown): void;
    });
    readonly conn: {
      /** Sends a ping every so many seconds; 0 stops. */
      ping(seconds: number): void;
    };
    with_websock(socket: WebSocket): this;
    /** Rejects with the connack when it refuses: `reason` is its return code. */
    connect(packet: ConnectPacket): Promise<unknown>;
    subscribe(topics: readonly string[]): Promise<unknown>;
    /** QoS 1. */
    send(topic: string, payload: string): Promise<unknown>;
    disconnect(): Promise<unknown>;
  }
}

declare module "*.css";
