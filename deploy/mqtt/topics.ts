/**
 * The names a board publishes and listens on.
 *
 * Levels are `[a-z0-9_-]`: RabbitMQ turns a dot into a slash and NATS refuses dots and spaces, so neither
 * may occur. No two filters here overlap: NATS and RabbitMQ deliver a message once per matching filter.
 */
export interface BoardTopics {
  readonly status: string;
  readonly events: string;
  readonly index: string;
  /** Links with other boards as this one sees them. */
  readonly links: string;
  /** What was kept until the broker had it. */
  readonly outbox: string;
  /** Offers of releases: one of those that `setFilter` stands for. */
  readonly offer: string;
  /** Filter for commands to every device of the board. */
  readonly setFilter: string;
  /** Filter for what an emulated world is told. */
  readonly worldFilter: string;
  reading(device: string, id: string): string;
  state(device: string): string;
  /** Commands to one device. */
  set(device: string): string;
  error(device: string): string;
  /** What happened on an input, once and at once. */
  event(device: string): string;
  timing(job: string): string;
}

/** Ids a device may not have: they name something else on some topic of a board. */
export const reservedIds: ReadonlySet<string> = new Set(
  "state set error on level status events timing index world link outbox update".split(" "),
);

/** Ids a reading may not have. `on` and `level` it may: they are the levels read back from an actuator. */
export const reservedReadingIds: ReadonlySet<string> = new Set(["state", "set", "error", "event"]);

/** One level of a topic: lower case letters, digits, `_`, `-`; 1..64 characters. */
export function isTopicLevel(text: string): boolean {
  return /^[a-z0-9_-]{1,64}$/.test(text);
}

/** The root topic: one to four levels separated by single slashes. */
export function isTopicRoot(text: string): boolean {
  const levels = text.split("/");
  return levels.length <= 4 && levels.every(isTopicLevel);
}

/** The topics of one board. Throws TypeError for a root or board that is no valid topic. */
export function boardTopics(root: string, board: string): BoardTopics {
  if (!isTopicRoot(root)) throw new TypeError(`MQTT root "${root}" ${levelRule}`);
  if (!isTopicLevel(board)) throw new TypeError(`board id "${board}" ${levelRule}`);
  const base = `${root}/${board}`;
  const join = (...levels: string[]) => {
    for (const level of levels) if (!isTopicLevel(level)) throw new TypeError(`"${level}" ${levelRule}`);
    return `${base}/${levels.join("/")}`;
  };
  return {
    status: `${base}/status`,
    events: `${base}/events`,
    index: `${base}/index`,
    links: `${base}/status/links`,
    outbox: `${base}/outbox`,
    offer: `${base}/update/set`,
    setFilter: `${base}/+/set`,
    worldFilter: `${base}/world/+/set`,
    reading: (device, id) => join(device, id),
    state: (device) => join(device, "state"),
    set: (device) => join(device, "set"),
    error: (device) => join(device, "error"),
    event: (device) => join(device, "event"),
    timing: (job) => join("timing", job),
  };
}

/** What a message on a command filter is for; `undefined` when the topic is none of ours. */
export function parseSetTopic(
  root: string,
  board: string,
  topic: string,
): { readonly kind: "device" | "world"; readonly device: string } | undefined {
  const base = `${root}/${board}/`;
  if (!topic.startsWith(base)) return undefined;
  const levels = topic.slice(base.length).split("/");
  if (levels.length === 2 && levels[1] === "set") return { kind: "device", device: levels[0]! };
  if (levels.length === 3 && levels[0] === "world" && levels[2] === "set")
    return { kind: "world", device: levels[1]! };
  return undefined;
}

const levelRule = 'may only contain the letters a-z, digits, "_" and "-" (1 to 64 of them)';
