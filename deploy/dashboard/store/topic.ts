/**
 * The topics of a board as the page reads them: `<root>/<board>/status`, `.../events`, `.../<device>/state`,
 * `.../<device>/error`, `.../<device>/<reading>`, `.../timing/<job>`, `.../status/links`.
 */
export type Topic =
  | { readonly kind: "status" | "events" | "links"; readonly board: string }
  | { readonly kind: "state" | "error"; readonly board: string; readonly device: string }
  | { readonly kind: "reading"; readonly board: string; readonly device: string; readonly name: string }
  | { readonly kind: "timing"; readonly board: string; readonly job: string };

/** Second levels that are not devices. */
const notDevices = new Set(["world", "link", "index", "status", "events"]);
/** Last levels that are not readings. */
const notReadings = new Set(["set"]);

/** The topic's parts; undefined when it is none of the page's business. `root` may hold slashes. */
export function parseTopic(root: string, topic: string): Topic | undefined {
  if (!topic.startsWith(`${root}/`)) return undefined;
  const [board, second, last, ...more] = topic.slice(root.length + 1).split("/");
  if (board === undefined || board === "" || second === undefined || more.length > 0) return undefined;
  if (last === undefined)
    return second === "status" || second === "events" ? { kind: second, board } : undefined;
  if (second === "status" && last === "links") return { kind: "links", board };
  if (second === "timing") return { kind: "timing", board, job: last };
  if (second === "" || last === "" || notDevices.has(second) || notReadings.has(last)) return undefined;
  if (last === "state" || last === "error") return { kind: last, board, device: second };
  return { kind: "reading", board, device: second, name: last };
}

/** Filters that cover all of {@link parseTopic} and do not overlap, so no broker delivers anything twice. */
export function topicFilters(root: string): readonly string[] {
  return [`${root}/+/status`, `${root}/+/events`, `${root}/+/+/+`];
}

/** Where a device takes its commands. */
export function setTopic(root: string, board: string, device: string): string {
  return `${root}/${board}/${device}/set`;
}

/** Where the surroundings of an emulated device are set. */
export function worldTopic(root: string, board: string, device: string): string {
  return `${root}/${board}/world/${device}/set`;
}
