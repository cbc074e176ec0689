/** What the MQTT cell is told, worked out of the configuration and the options. */
import type { BoardConfig } from "../config/board-schema.ts";
import { listenPlan } from "../config/listen-schema.ts";
import { loginFiles } from "../config/login-schema.ts";
import { boardPlan } from "../config/plan.ts";
import type { LastLife } from "../crashes/last-life.ts";
import { boardLife } from "./board-life.ts";
import { machineHash } from "./board-uid.ts";
import type { BootNotice } from "./boot-notice.ts";
import { deviceViews } from "./device-views.ts";
import { discoveryPlan } from "./discovery-plan.ts";
import { announcedFile } from "./kept-announced.ts";
import { linksPlan } from "./links-plan.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";
import type { BoardOptions } from "./options.ts";
import { outboxPlan } from "./outbox-plan.ts";
import { updateDeskPlan } from "./update-desk-plan.ts";
import { BUILT_AT_MS, VERSION } from "./version.ts";

export function mqttPlan(board: {
  readonly config: BoardConfig;
  readonly options: BoardOptions;
  /** The board's own for ever. */
  readonly uid: string;
  readonly incarnation: number;
  readonly dashboard: string;
  readonly boot: BootNotice | undefined;
  /** How the last life ended, where that was not in order. */
  readonly lastLife: LastLife | undefined;
  /** Told why the state folder takes nothing. */
  readonly notKept: (why: string) => void;
}): MqttPlan {
  const { config, options, uid, incarnation, dashboard, boot } = board;
  const { id, hardware, mqtt } = boardPlan(config);
  const brokerUrl = options.brokerUrl ?? mqtt.url;
  const homeAssistant = discoveryPlan(config, uid, VERSION);
  const outbox = outboxPlan(config, options);
  const life = () => boardLife(options.stateFolder, id, board.notKept);
  const links = linksPlan(config, options.config, life);
  return {
    board: id,
    root: mqtt.root,
    version: VERSION,
    hardware,
    uid,
    machine: machineHash(),
    incarnation,
    httpPort: options.httpPort,
    mqttPort: options.mqttPort,
    ...(brokerUrl === undefined ? {} : { brokerUrl }),
    login: loginFiles(config.mqtt ?? {}, options.config),
    ...(config.mqtt?.listen !== undefined && { listen: listenPlan(config.mqtt.listen, options.config) }),
    dashboard,
    devices: deviceViews(config),
    clockFloorMs: BUILT_AT_MS,
    ...(homeAssistant !== undefined && { homeAssistant }),
    announcedFile: announcedFile(options.stateFolder, id),
    ...(outbox === undefined ? {} : { outbox }),
    ...(links === undefined ? {} : { links }),
    ...(boot === undefined ? {} : { boot }),
    ...(board.lastLife && { lastLife: board.lastLife }),
    ...updateDeskPlan(options, process.env),
  };
}
