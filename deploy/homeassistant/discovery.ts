/**
 * What Home Assistant is told of a board: one message for each device and controller and one for the board itself, on
 * `<prefix>/device/<object id>/config`
 * (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload).
 *
 * All of it follows from the catalogue: readings with units, what is accepted, the ladder. A new driver needs nothing here.
 */
import { boardTopics } from "../mqtt/topics.ts";
import { commandEntity, handBack, readingOf } from "./command-entities.ts";
import type { Components, Platform } from "./component.ts";
import type { DiscoveredBoard, DiscoveredDevice } from "./discovered-device.ts";
import { EntityMaker } from "./entity-maker.ts";
import { ladderEntities } from "./ladder-entities.ts";
import { readingEntities } from "./reading-entities.ts";
import { CONNECTED, stateField, textField } from "./templates.ts";

/** One message to Home Assistant. */
export interface Announcement {
  readonly topic: string;
  /** Which entities it names, as what: what is not named any more has to be taken back. */
  readonly platforms: Readonly<Record<string, Platform>>;
  /** The whole message. An entity's id begins with its platform: one that became another is two to Home Assistant. */
  readonly document: Readonly<Record<string, unknown>> & { readonly components: Components };
}

/** The messages of a board: itself first, because the others refer to it. `prefix`: Home Assistant's discovery prefix. */
export function announcements(
  prefix: string,
  board: DiscoveredBoard,
  devices: readonly DiscoveredDevice[],
): readonly Announcement[] {
  return [boardItself(prefix, board), ...devices.map((device) => ofDevice(prefix, board, device))];
}

function ofDevice(prefix: string, board: DiscoveredBoard, device: DiscoveredDevice): Announcement {
  const objectId = `${board.uid}_${device.id}`;
  const make = new EntityMaker(boardTopics(board.root, board.id), device.id, `holdfast_${objectId}`);
  const commands = Object.keys(device.command).flatMap((field) => {
    const entity = commandEntity(make, device, field);
    return entity === undefined ? [] : [entity];
  });
  const commanded = Object.entries(device.command).map(([field, spec]) =>
    readingOf(field, spec, device.readings),
  );
  const shown = Object.entries(device.readings)
    .filter(([id]) => !commanded.includes(id))
    .flatMap(([id, reading]) => readingEntities(make, id, reading, board.repeatMs));
  const components = {
    ...Object.fromEntries([...commands, ...shown]),
    ...(device.owner !== undefined && { hand_back: handBack(make, device.owner.id) }),
    ...(device.lent !== undefined && { hand_back: handBack(make, "other boards") }),
    ...ladderEntities(make, device.modes),
  };
  const about = {
    identifiers: [`holdfast_${objectId}`],
    name: `${board.id} ${device.id}`,
    model: device.part,
    model_id: device.driver,
    via_device: `holdfast_${board.uid}`,
  };
  return announcement(`${prefix}/device/${objectId}/config`, board, about, make, components);
}

function boardItself(prefix: string, board: DiscoveredBoard): Announcement {
  const id = `holdfast_${board.uid}`;
  const topics = boardTopics(board.root, board.id);
  const make = new EntityMaker(topics, "board", id);
  const fields = { state_topic: topics.status, entity_category: "diagnostic" } as const;
  const components: Components = {
    // Not of what is there only while the board is: it is this that says so.
    connected: make.ofBoard("binary_sensor", "connected", "Connected", {
      ...fields,
      device_class: "connectivity",
      value_template: CONNECTED,
      availability: [],
    }),
    starts: make.ofBoard("sensor", "starts", "Starts of the runtime", {
      ...fields,
      state_class: "total_increasing",
      value_template: stateField("incarnation"),
    }),
    clock: make.ofBoard("sensor", "clock", "Clock", {
      ...fields,
      device_class: "enum",
      options: ["synced", "unsynced"],
      value_template: stateField("clock"),
    }),
    alarm: make.ofBoard("sensor", "alarm", "Alarm", { ...fields, value_template: textField("alarm") }),
  };
  const about = { identifiers: [id], name: board.id, manufacturer: "Holdfast", model: "Holdfast board" };
  return announcement(`${prefix}/device/${board.uid}/config`, board, about, make, components);
}

function announcement(
  topic: string,
  { version, hardware }: DiscoveredBoard,
  about: Readonly<Record<string, unknown>>,
  make: EntityMaker,
  components: Components,
): Announcement {
  const entities = Object.entries(components).map(
    ([id, component]) => [`${component.platform}_${id}`, component] as const,
  );
  return {
    topic,
    platforms: Object.fromEntries(entities.map(([id, { platform }]) => [id, platform])),
    document: {
      device: { ...about, sw_version: version, hw_version: hardware },
      origin: { name: "Holdfast", sw_version: version },
      ...make.shared,
      components: Object.fromEntries(entities),
    },
  };
}
