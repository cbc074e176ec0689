/**
 * The board's way to the outside, in an event cell of its own: embedded broker, HTTP edge, board link, and
 * the telemetry process. Nothing inside the board waits for it.
 */

import type { Command } from "../../devices/command-spec.ts";
import { keeperName } from "../../devices/handler/keeper.ts";
import { TELEMETRY, type TelemetryMessage } from "../../devices/handler/messages.ts";
import type { BoardGate } from "../../runtime/cell/board-gate.ts";
import type { CellEnvironment } from "../../runtime/cell/thread-start.ts";
import type { InspectRequest } from "../../runtime/introspection/inspector.ts";
import type { CellResources } from "../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { supervisor } from "../../runtime/supervision/supervisor.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { lastEndStatus } from "../crashes/last-life.ts";
import { Announcer } from "../homeassistant/announcer.ts";
import { EdgeServer } from "../http/edge-server.ts";
import type { ProcessLinks } from "../links/process-links.ts";
import { BoardLink } from "../mqtt/board-link.ts";
import type { LinkState } from "../mqtt/board-link-options.ts";
import { readBrokerLogin } from "../mqtt/broker-login.ts";
import type { WorldSet } from "../mqtt/command-gate.ts";
import type { ToldRefusal } from "../mqtt/refusals.ts";
import { DEFAULT_PLACES } from "../mqtt/rights.ts";
import type { IdProblem } from "../mqtt/status-watch.ts";
import { BoardOutbox } from "../outbox/board-outbox.ts";
import { UpdateDesk } from "../update/update-desk.ts";
import { keptSafeReason } from "./boot-history.ts";
import { bootStatus } from "./boot-notice.ts";
import { type Doors, openDoors } from "./doors.ts";
import { FAULTS } from "./fault-desk.ts";
import { InspectDesk } from "./inspect-desk.ts";
import { inspectRoutes } from "./inspect-routes.ts";
import { keptAnnounced } from "./kept-announced.ts";
import { overviewMaker } from "./make-overview.ts";
import { boardMetrics } from "./metrics.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";
import { mqttDesks } from "./mqtt-desks.ts";
import { openLinks } from "./open-links.ts";
import type { NetworkFacts } from "./overview.ts";
import { type OwnBrokerPlan, startOwnBroker } from "./own-broker.ts";
import { Telemetry, type TelemetryDevice, type TelemetrySink } from "./telemetry.ts";
import { WallClock } from "./wall-clock.ts";

interface MqttResources extends CellResources {
  readonly plan: MqttPlan;
  readonly brokerUrl: string;
  /** Filled in by the process: what health and metrics tell. */
  readonly view: {
    telemetry?: Telemetry;
    link?: BoardLink;
    outbox?: BoardOutbox;
    links?: ProcessLinks;
    refused?: (refusal: ToldRefusal) => void;
    network?: NetworkFacts;
  };
  readonly desk: InspectDesk;
  readonly doors: Doors;
  readonly gate: BoardGate;
}

type MqttMessage =
  | TelemetryMessage
  | { readonly type: "views"; readonly views: readonly TelemetryDevice[] }
  | { readonly type: "commanded"; readonly device: string; readonly command: Command }
  | { readonly type: "worldSet"; readonly device: string; readonly set: WorldSet }
  | { readonly type: "link"; readonly state: LinkState; readonly cause: string }
  | { readonly type: "problem"; readonly text: string; readonly code?: IdProblem }
  | { readonly type: "refusedGuest"; readonly refusal: ToldRefusal }
  | { readonly type: "closed" };

/** How often readings are checked for age, ms. */
const AGE_EVERY_MS = 250;

/** Opens the ports before the process runs; a port in use ends the cell with a sentence that says so. */
export async function mqttSetup({ data, clock, boards }: CellEnvironment): Promise<MqttResources> {
  const plan = data as MqttPlan;
  const view: MqttResources["view"] = {};
  const desk = new InspectDesk();
  const doors = openDoors();
  const ask = (request: InspectRequest) => desk.ask(request);
  const overview = overviewMaker({
    plan,
    view,
    ask,
    nowUs: () => clock.now(),
    uptimeS: () => process.uptime(),
  });
  const own = plan.brokerUrl === undefined ? await startOwnBroker(ownBrokerPlan(plan, view)) : undefined;
  const broker = own?.broker;
  if (own?.network) view.network = own.broker;
  await EdgeServer.start({
    port: plan.httpPort,
    folder: plan.dashboard,
    root: plan.root,
    mqtt:
      broker === undefined
        ? { url: plan.brokerUrl!, login: () => readBrokerLogin(plan.login) }
        : { handle: (stream, login) => broker.handle(stream, login) },
    health: () => ({
      ok: view.telemetry?.ready() ?? false,
      board: plan.board,
      hardware: plan.hardware,
      incarnation: plan.incarnation,
      broker: view.link?.state ?? "offline",
      ...(view.link?.state === "offline" && { brokerCause: view.link.cause }),
      ...(view.link?.broker && { brokerNode: view.link.broker }),
      ...(view.link?.taken && { refused: view.link.taken }),
      ...(own?.network && { network: own.network, brokerRefused: own.broker.refused }),
      ...view.telemetry?.totals(),
      ...(view.outbox && { outbox: view.outbox.facts }),
      ...(view.links && { links: view.links.facts() }),
    }),
    operator: { ...inspectRoutes(ask, overview), ...doors.operator },
    actions: doors.actions,
    metrics: async () => boardMetrics(await overview()),
  });
  const brokerUrl = plan.brokerUrl ?? `mqtt://127.0.0.1:${broker!.port}`;
  return { plan, brokerUrl, view, desk, doors, gate: boards! };
}

function ownBrokerPlan(plan: MqttPlan, view: MqttResources["view"]): OwnBrokerPlan {
  return {
    port: plan.mqttPort,
    places: { root: plan.root, discovery: plan.homeAssistant?.prefix ?? DEFAULT_PLACES.discovery },
    ...(plan.listen && { listen: plan.listen }),
    onRefused: (refusal) => view.refused?.(refusal),
  };
}

export function* mqttCell(self: Self<MqttMessage>): ProcessGenerator {
  const { plan, brokerUrl, view, doors, gate } = self.resources as MqttResources;
  const clock = new SystemClock();
  const post = self.poster();
  const wallClock = new WallClock({ floorMs: plan.clockFloorMs });
  const wallMs = () => wallClock.ms;
  const clockState = () => (wallMs() === undefined ? "unsynced" : "synced");
  const at = () => wallClock.at;
  const outbox =
    plan.outbox &&
    new BoardOutbox({
      plan: plan.outbox,
      now: () => clock.now() / 1000,
      wallMs,
      wake: () => link.wake(),
      tell: (event) => sink.event(event),
      onStatus: (outbox) => sayStatus({ outbox }),
    });
  const links =
    plan.links &&
    openLinks(
      plan.links,
      brokerUrl,
      {
        ...{ root: plan.root, board: plan.board, uid: plan.uid, gate, wallMs },
        nowUs: () => clock.now(),
        publish: (topic, payload) => link.packet(topic, payload),
        tell: (event) => sink.event(event),
      },
      (why) => post({ type: "problem", text: why }),
    );
  const link: BoardLink = new BoardLink({
    url: brokerUrl,
    ...(plan.brokerUrl !== undefined && { login: () => readBrokerLogin(plan.login) }),
    root: plan.root,
    board: plan.board,
    version: plan.version,
    identity: {
      incarnation: plan.incarnation,
      hardware: plan.hardware,
      uid: plan.uid,
      machine: plan.machine,
      ...(links && plan.links && { life: plan.links.life }),
    },
    companion: new Announcer({
      announcements: [],
      ...plan.homeAssistant,
      memory: keptAnnounced(plan.announcedFile),
      now: () => clock.now() / 1000,
      onProblem: (text) => post({ type: "problem", text }),
    }),
    clock: clockState(),
    at,
    catalogue: () => telemetry.catalogue(),
    ...(outbox && { outbox }),
    ...(links && { traffic: links }),
    ...(plan.update && { onOffer: (payload) => updates?.offered(payload) }),
    onCommand: (device, command) => post({ type: "commanded", device, command }),
    onWorld: (device, set) => post({ type: "worldSet", device, set }),
    onState: (state, cause) => post({ type: "link", state, cause }),
    onProblem: (text, code) => post({ type: "problem", text, ...(code && { code }) }),
  });
  const sink: TelemetrySink = outbox?.beside(link) ?? link;
  const telemetry = new Telemetry(plan.devices, sink, () => clock.now(), wallMs);
  if (plan.boot?.keptSafe) {
    const patch = { mode: "off" as const, cause: keptSafeReason(plan.boot) };
    for (const { id } of plan.devices) telemetry.take({ type: "state", device: id, patch });
  }
  view.telemetry = telemetry;
  view.link = link;
  view.refused = (refusal) => post({ type: "refusedGuest", refusal });
  if (outbox) view.outbox = outbox;
  if (links) view.links = links;
  let status: Readonly<Record<string, unknown>> = {};
  const sayStatus = (part: Readonly<Record<string, unknown>>) => {
    status = { ...status, ...part };
    link.status(status);
  };
  sayStatus({ ...bootStatus(plan.boot), ...lastEndStatus(plan.lastLife) });
  const updates =
    plan.update &&
    new UpdateDesk(plan.update, {
      status: (update) => sayStatus({ update }),
      offers: (offers) => sayStatus({ offers }),
      tell: (event) => sink.event(event),
      refuse: (offer, reason) => link.refuse("update", offer, reason),
    });
  link.start();
  self.register(TELEMETRY);
  self.spawn(supervisor(mqttDesks(plan, links, doors)), [], { label: "desks" });
  self.trapExit();
  // Whoever started before this process tells it again what it said to nobody.
  const ask = (id: string) => {
    self.send(id, { type: "announce" });
    // Of one that is off only its keeper can tell.
    self.send(keeperName(id), { type: "announce" });
  };
  for (const { id } of plan.devices) ask(id);
  let faultsAsked = false;
  const askFaults = () => {
    if (faultsAsked || self.whereis(FAULTS) === undefined) return;
    faultsAsked = true;
    self.send(FAULTS, { type: "announce" });
  };
  askFaults();
  sink.event({ kind: "boot", incarnation: plan.incarnation, ...bootStatus(plan.boot) });
  if (plan.lastLife) sink.event({ kind: "lastEnd", ...plan.lastLife });

  let cause = "";
  for (let ageAtUs = self.nowUs(); ; ) {
    const message = yield* self.receive(undefined, { untilUs: ageAtUs });
    if (message === undefined) {
      link.clock(clockState());
      telemetry.age();
      const news = links?.news();
      if (news !== undefined) link.links({ ...news });
      for (const id of telemetry.unheard()) ask(id);
      askFaults();
      ageAtUs = self.nowUs() + AGE_EVERY_MS * 1000;
      continue;
    }
    switch (message.type) {
      case "commanded":
        if (message.command.clear === true) {
          const { id } = message.command;
          sink.event({ kind: "clear", device: message.device, ...(id && { id }) });
          self.send(FAULTS, { type: "clear", device: message.device });
        } else if (message.command.mode !== undefined) {
          const { mode, forMs, id } = message.command;
          // Also where it moves nothing: who keeps a device down is never a secret.
          sink.event({
            kind: "order",
            device: message.device,
            asked: mode,
            ...(forMs && { forMs }),
            ...(id && { id }),
          });
          self.send(keeperName(message.device), { type: "operate", command: message.command });
        } else if (self.whereis(message.device) !== undefined)
          self.send(message.device, { type: "command", command: message.command });
        else link.refuse(message.device, message.command, `"${message.device}" is being started again`);
        break;
      case "worldSet":
        self.send("world", { type: "set", device: message.device, set: message.set });
        break;
      case "link":
        // What keeps it off the broker it can't tell anybody there; once, not at every attempt.
        if (message.state === "offline" && message.cause !== cause) console.error(`broker: ${message.cause}`);
        if (message.state !== "claiming") cause = message.state === "offline" ? message.cause : "";
        sink.event({ kind: "link", state: message.state, cause: message.cause });
        break;
      case "problem":
        sink.event({ kind: "problem", cause: message.text, ...(message.code && { code: message.code }) });
        // A board that is silent can tell it nobody over the broker.
        console.error(message.text);
        break;
      case "refusedGuest": {
        const { kind: what, untold, ...refusal } = message.refusal;
        sink.event({ kind: "refused", by: "broker", what, ...refusal, ...(untold > 0 && { untold }) });
        break;
      }
      case "exit": {
        links?.close();
        updates?.close();
        void Promise.all([link.close(), outbox?.close()]).then(() => post({ type: "closed" }));
        yield* self.receive("closed", { within: 1000 });
        return;
      }
      case "views":
        telemetry.show(message.views);
        break;
      case "down":
      case "closed":
        break;
      default:
        telemetry.take(message);
    }
  }
}
