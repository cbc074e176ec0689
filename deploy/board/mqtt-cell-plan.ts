import type { ListenPlan } from "../config/listen-schema.ts";
import type { LastLife } from "../crashes/last-life.ts";
import type { LoginFiles } from "../mqtt/broker-login.ts";
import type { OutboxPlan } from "../outbox/board-outbox.ts";
import type { UpdateDeskPlan } from "../update/update-desk.ts";
import type { BootNotice } from "./boot-notice.ts";
import type { DiscoveryPlan } from "./discovery-plan.ts";
import type { LinksPlan } from "./links-plan.ts";
import type { TelemetryDevice } from "./telemetry.ts";

/** What the MQTT cell is started with. */
export interface MqttPlan {
  readonly board: string;
  readonly root: string;
  readonly version: string;
  readonly hardware: "emulated" | "linux";
  readonly uid: string;
  /** Of the machine, so that a copied card shows. */
  readonly machine: string;
  readonly incarnation: number;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** An external broker instead of the embedded one. */
  readonly brokerUrl?: string;
  /** Read at each connection to an external broker. */
  readonly login: LoginFiles;
  /** The embedded broker for the network, too. */
  readonly listen?: ListenPlan;
  readonly dashboard: string;
  readonly devices: readonly TelemetryDevice[];
  /** Wall time before this cannot be true: when the program was built, ms since 1970. */
  readonly clockFloorMs: number;
  /** What is kept until the broker has it, and where; absent: nothing is. */
  readonly outbox?: OutboxPlan;
  /** Updates, where the board runs from slots. */
  readonly update?: UpdateDeskPlan;
  /** Links with other boards; absent: none. */
  readonly links?: LinksPlan;
  /** Why the board came up; absent where nobody knows. */
  readonly boot?: BootNotice;
  /** How the board's last life ended; absent where that was in order. */
  readonly lastLife?: LastLife;
  /** What Home Assistant is told; absent: nothing. */
  readonly homeAssistant?: DiscoveryPlan;
  /** What it was told, so that it can be taken back. */
  readonly announcedFile: string;
}
