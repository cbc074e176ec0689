/**
 * Which devices and controllers live in which cell. A pure function of the configuration: the same file gives the
 * same cells.
 *
 * A cell of its own costs about 10 MB and is the best protection: what hangs or fills its heap takes nobody along. So
 * small boards have one for each. On larger ones those that are not critical share: devices of one bus, whose transfers
 * wait for each other on the wire anyway, inputs, outputs, controllers.
 */
import { driverNamed } from "../../devices/catalogue.ts";
import { adapterOf } from "../../firmware/channel-name.ts";
import type { BoardConfig, ControllerConfig } from "./board-schema.ts";
import type { DeviceConfig } from "./device-schema.ts";
import { fewerGroups, type Group, MOST_CELLS } from "./fewer-cells.ts";
import { W1_BUS } from "./wired-buses.ts";

/** Boards with more devices and controllers share cells: 16 cells are some 160 MB, what a board of 512 MB can spare. */
export const OWN_CELLS_UP_TO = 16;
/**
 * Devices and controllers in one shared cell at most. If all are released at once the last waits for 11 slices of up to
 * 2 ms, within a tenth of a period of 250 ms; they need some 4 of 24 MB of heap; and a hang takes at most 11 others along.
 */
export const MOST_IN_A_CELL = 12;

/** Names of shared cells begin with it: no id has a colon. */
const SHARED = "shared:";

/** Is that the name of a shared cell? */
export function isSharedName(name: string): boolean {
  return name.startsWith(SHARED);
}

export interface Placement {
  /** Of the cell: the id of its one member, or `shared:` and a name. */
  readonly name: string;
  /** Ids of devices and controllers, in the order of the file. */
  readonly members: readonly string[];
  /** Several live here, or may: its first process is their supervisor. */
  readonly shared: boolean;
}

/** What is written about a device or controller as far as its place goes. */
interface Tenant {
  readonly id: string;
  /** Whom it shares with, when nobody says otherwise. */
  readonly group: string;
  readonly onBus: boolean;
  readonly cell: string | undefined;
  readonly critical: boolean;
}

/** Was the board told that memory is dearer than isolation and a quick restart? Then no warm thread waits for a cell that hangs. */
export function isSmall({ placement }: BoardConfig): boolean {
  return placement === "shared";
}

/** Every device and controller exactly once; cells in the order of their first members. Where many small buses would make too many cells they share them. */
export function placementOf(config: BoardConfig): readonly Placement[] {
  const tenants = tenantsOf(config);
  const { placement = "auto" } = config;
  const share = placement === "shared" || (placement === "auto" && tenants.length > OWN_CELLS_UP_TO);
  const cells = new Map<string, string[]>();
  for (const tenant of tenants) {
    const name = cellOf(tenant, share);
    cells.set(name, [...(cells.get(name) ?? []), tenant.id]);
  }
  const groups = [...cells].map(([name, members]) => ({ name, members }));
  if (!share) return groups.flatMap(divided);
  const buses = new Set(tenants.flatMap(({ group, onBus }) => (onBus ? [`${SHARED}${group}`] : [])));
  const others = groups.filter(({ name }) => !buses.has(name));
  const spare = Math.max(1, MOST_CELLS - others.length);
  const ofBuses = groups
    .filter(({ name }) => buses.has(name))
    .map(({ name, members }) => ({ name: name.slice(SHARED.length), members }));
  const joined = fewerGroups(ofBuses, spare, MOST_IN_A_CELL).map(({ name, members }) => ({
    name: `${SHARED}${name}`,
    members,
  }));
  return [...joined, ...others].flatMap(divided).sort(byFirst(tenants));
}

/** In the order of the file. */
function byFirst(tenants: readonly Tenant[]): (a: Placement, b: Placement) => number {
  const places = new Map(tenants.map(({ id }, index) => [id, index]));
  const first = ({ members }: Placement) => places.get(members[0]!)!;
  return (a, b) => first(a) - first(b);
}

/** The cell's name if it had room for everybody. */
function cellOf({ id, group, cell, critical }: Tenant, share: boolean): string {
  if (critical || cell === "own") return id;
  if (cell !== undefined) return `${SHARED}${cell}`;
  return share ? `${SHARED}${group}` : id;
}

/** As few cells as hold them, of about the same size. One alone needs no supervisor. */
function divided({ name, members }: Group): Placement[] {
  const [only] = members;
  if (members.length === 1 && only !== undefined) return [{ name: only, members, shared: false }];
  const count = Math.ceil(members.length / MOST_IN_A_CELL);
  const size = Math.ceil(members.length / count);
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? name : `${name}:${index + 1}`,
    members: members.slice(index * size, (index + 1) * size),
    shared: true,
  }));
}

function tenantsOf({ devices, controllers = {} }: BoardConfig): Tenant[] {
  const tenant = (id: string, config: DeviceConfig | ControllerConfig, group: string): Tenant => ({
    id,
    group,
    onBus: "bus" in config || "sensor" in config,
    cell: config.cell,
    critical: "criticality" in config && config.criticality === "critical",
  });
  return [
    ...Object.entries(devices).map(([id, device]) => tenant(id, device, groupOf(device))),
    ...Object.entries(controllers).map(([id, controller]) => tenant(id, controller, "controllers")),
  ];
}

function groupOf(device: DeviceConfig): string {
  if ("bus" in device) return adapterOf(device.bus);
  if ("sensor" in device) return W1_BUS;
  return driverNamed(device.driver).kind === "actuator" ? "outputs" : "inputs";
}
