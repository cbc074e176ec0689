/** Line icons on a 16 by 16 grid, drawn in the colour of the text beside them. */
const paths = {
  good: "M3 8.5l3.2 3L13 4.5",
  suspect: "M2.5 6.5c2-2.5 3.5-2 5.5-.5s3.5 2 5.5-.5M2.5 11c2-2.5 3.5-2 5.5-.5s3.5 2 5.5-.5",
  stale: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11M8 5v3.2l2 1.5",
  bad: "M4 4l8 8M12 4l-8 8",
  old: "M3.2 5.5A5.5 5.5 0 1 1 2.5 8.5M3 2.5v3.2h3.2M8 5.2V8.5l2 1.3",
  warning: "M8 2.5L14.2 13.5H1.8zM8 6.5v3.2M8 11.6v.2",
  crash: "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
  restart: "M12.8 5.5A5.5 5.5 0 1 0 13.5 8.5M13 2.5v3.2H9.8",
  mode: "M5 13V3M2.5 5.5L5 3l2.5 2.5M11 3v10M8.5 10.5L11 13l2.5-2.5",
  miss: "M8 3.5a5 5 0 1 1 0 10a5 5 0 0 1 0-10M8 6v2.7M6 1.5h4M12.5 3.5l1 1",
  refused: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11M4.2 4.2l7.6 7.6",
  link: "M6.5 9.5l3-3M7 5l2-2a2.8 2.8 0 0 1 4 4l-2 2M9 11l-2 2a2.8 2.8 0 0 1-4-4l2-2",
  ended: "M4 2.5h8M4 13.5h8M5 2.5c0 3 6 5 6 11M11 2.5c0 3-6 5-6 11",
  fence: "M3.5 13.5V5L5 3.5L6.5 5v8.5M9.5 13.5V5L11 3.5L12.5 5v8.5M1.5 7.5h13M1.5 11h13",
  boot: "M8 2v5.5M4.7 4.2a5 5 0 1 0 6.6 0",
  dot: "M8 6.5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 0 1 0-3",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  plug: "M5.5 2v3.5M10.5 2v3.5M4 5.5h8V8a4 4 0 0 1-8 0zM8 12v2.5",
  world:
    "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11M2.5 8h11M8 2.5c-3.5 3-3.5 8 0 11M8 2.5c3.5 3 3.5 8 0 11",
  sun: "M8 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  moon: "M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z",
  half: "M8 2.5a5.5 5.5 0 1 1 0 11zM8 2.5v11M8 2.5a5.5 5.5 0 0 0 0 11",
} as const;

export type IconName = keyof typeof paths;

/** Decoration: the words beside it carry the meaning. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

const byEvent: Readonly<Record<string, IconName>> = {
  crash: "crash",
  restart: "restart",
  mode: "mode",
  order: "lock",
  miss: "miss",
  refused: "refused",
  link: "link",
  commandExpired: "ended",
  fence: "fence",
  late: "miss",
  blocked: "refused",
  maxOn: "stale",
  boot: "boot",
};

/** The icon of an event's kind; kinds nobody knows get a dot. */
export function eventIcon(kind: string): IconName {
  return Object.hasOwn(byEvent, kind) ? (byEvent[kind] ?? "dot") : "dot";
}
