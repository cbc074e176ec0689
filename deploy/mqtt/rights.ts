/**
 * What each login may do at a broker: one table, which the board's own broker enforces and out of which Mosquitto's ACL file is
 * written.
 *
 * Topics of `link` hold what processes of two boards say to each other (`<root>/<to>/link/<from>`); nobody else has any
 * business there. A board says whom a frame comes from by its topic, so it may write only where it is the sender.
 *
 * Parts of bundles (`part-topics.ts`) go to the board alone, from operators alone; never retained.
 */
import { partTopics } from "./part-topics.ts";

/** A viewer reads; an operator also sends commands; Home Assistant also says that it is there; a board speaks for itself. */
export type Role = "viewer" | "operator" | "homeAssistant" | "board";

export const ROLES: readonly Role[] = ["viewer", "operator", "homeAssistant", "board"];

/** Where topics begin. */
export interface Places {
  /** Of boards: `holdfast`. */
  readonly root: string;
  /** Of Home Assistant's discovery: `homeassistant`. */
  readonly discovery: string;
}

export const DEFAULT_PLACES: Places = { root: "holdfast", discovery: "homeassistant" };

/** Topic filters (MQTT 5, 4.7). What is in none of them is refused. */
export interface Rights {
  /** May be published, retained too. */
  readonly publish: readonly string[];
  /** May be published, but never retained: such a command would be carried out again at every start. */
  readonly command: readonly string[];
  readonly read: readonly string[];
  /** Neither, whatever the others say. */
  readonly hidden: readonly string[];
}

/** `user`: of a board its id. */
export function rightsOf(role: Role, user: string, { root, discovery }: Places = DEFAULT_PLACES): Rights {
  const hidden = [`${root}/+/link/#`];
  const command = [`${root}/+/+/set`, `${root}/+/world/+/set`];
  const all = partTopics(root, "+");
  const own = partTopics(root, user);
  switch (role) {
    case "viewer":
      return { publish: [], command: [], read: [`${root}/#`], hidden };
    case "operator":
      return { publish: [], command: [...command, all.part], read: [`${root}/#`, all.want], hidden };
    case "homeAssistant":
      return {
        publish: [`${discovery}/status`],
        command,
        read: [`${root}/#`, `${discovery}/#`],
        hidden,
      };
    case "board":
      return {
        publish: [`${root}/${user}/#`, `${root}/+/link/${user}`, `${discovery}/device/+/config`],
        command: [own.want],
        read: [`${root}/${user}/#`, `${root}/+/status`, `${discovery}/status`, own.part],
        hidden: [],
      };
  }
}

export function mayPublish(rights: Rights, topic: string, retain: boolean): boolean {
  const allowed = retain ? rights.publish : [...rights.publish, ...rights.command];
  return inOneOf(allowed, topic) && !inOneOf(rights.hidden, topic);
}

export function mayRead(rights: Rights, topic: string): boolean {
  return inOneOf(rights.read, topic) && !inOneOf(rights.hidden, topic);
}

/** Whether a topic is one of those that a filter stands for: `+` is one level, `#` at the end any number, none included. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [at, level] of wanted.entries()) {
    if (level === "#") return true;
    if (levels[at] === undefined || (level !== "+" && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}

function inOneOf(filters: readonly string[], topic: string): boolean {
  return filters.some((filter) => matches(filter, topic));
}
