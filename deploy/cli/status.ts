/** `holdfast status`: every board on the broker, or one: whether it is there, what it runs, why it came up, what is wrong with it. */
import type { MqttClient } from "mqtt";
import { isLoopbackUrl } from "../config/check-links.ts";
import { type BoardFlags, collectRetained, connectBoard, nobodyThere } from "./board-client.ts";
import { columns } from "./columns.ts";
import { CliError, EXIT } from "./exit-code.ts";

type Document = Readonly<Record<string, unknown>>;

/** Causes that are not said by their name. */
const BOOTS: Readonly<Record<string, string>> = {
  first: "up for the first time",
  powerOn: "up by power",
  fallBack: "up after a fall-back",
  unclear: "up, unclear why",
};

/** A board as its retained topics tell of it. */
export interface BoardStatusView {
  readonly board: string;
  readonly state: string;
  readonly version: string | null;
  readonly hardware: string | null;
  readonly incarnation: number | null;
  /** Why it came up: first, powerOn, restart, update, watchdog, panic, fallBack, unclear. */
  readonly boot: string | null;
  readonly watchdogBoots: number;
  readonly alarm: string | null;
  /** How its last life ended, and how many crashes of it are kept; null where that was in order. */
  readonly lastEnd: Document | null;
  readonly update: Document | null;
  /** Devices and controllers that are not in mode full, and why. */
  readonly below: readonly {
    readonly device: string;
    readonly mode: string;
    readonly cause: string | null;
  }[];
  readonly devices: number;
  /** Boards that it is linked with, and those that it has lost. */
  readonly linked: readonly string[];
  readonly apart: readonly string[];
}

/** Throws `CliError` when a named board has never spoken on this broker. Exit code 1 when a board is away, kept safe or has an alarm. */
export async function status(flags: BoardFlags): Promise<void> {
  const client = await connectBoard(flags);
  try {
    const views = boardViews(await retainedOfAll(client, flags));
    if (views.length === 0) {
      const who = flags.board === undefined ? "no board" : `no board "${flags.board}"`;
      throw new CliError(EXIT.unreachable, nobodyThere(`${who} has spoken`, flags));
    }
    if (flags.json) for (const view of views) process.stdout.write(`${JSON.stringify(view)}\n`);
    else process.stdout.write(`${statusPage(views, isHere(flags)).join("\n")}\n`);
    if (views.some(({ state, alarm }) => state !== "online" || alarm !== null))
      process.exitCode = EXIT.failed;
  } finally {
    await client.endAsync(true);
  }
}

async function retainedOfAll(
  client: MqttClient,
  { board, root }: BoardFlags,
): Promise<ReadonlyMap<string, Document>> {
  const filters = ["status", "status/links", "+/state"].map((rest) => `${board ?? "+"}/${rest}`);
  return collectRetained(client, root, filters);
}

/** `topics`: `<board>/<rest>` to the document. In the order of their ids. */
export function boardViews(topics: ReadonlyMap<string, Document>): readonly BoardStatusView[] {
  const ids = [...topics.keys()].flatMap((topic) => /^([^/]+)\/status$/.exec(topic)?.[1] ?? []).sort();
  return ids.map((board) => {
    const { state, version, hardware, incarnation, boot, alarm, update, lastEnd } = topics.get(
      `${board}/status`,
    )!;
    const { cause, watchdogBoots } = objectOf(boot);
    const states = [...topics].flatMap(([topic, value]) => {
      const [id, device = "", last, more] = topic.split("/");
      if (id !== board || last !== "state" || more !== undefined) return [];
      return [{ device, mode: text(value.mode) ?? "", cause: text(value.cause) }];
    });
    const { peers } = objectOf(topics.get(`${board}/status/links`));
    const links = Object.entries(objectOf(peers));
    const named = (up: boolean) => links.flatMap(([name, link]) => (objectOf(link).up === up ? [name] : []));
    return {
      board,
      state: text(state) ?? "offline",
      version: text(version),
      hardware: text(hardware),
      incarnation: typeof incarnation === "number" ? incarnation : null,
      boot: text(cause),
      watchdogBoots: typeof watchdogBoots === "number" ? watchdogBoots : 0,
      alarm: text(alarm),
      lastEnd: typeof lastEnd === "object" && lastEnd !== null ? (lastEnd as Document) : null,
      update: typeof update === "object" && update !== null ? (update as Document) : null,
      below: states.filter(({ mode }) => mode !== "full"),
      devices: states.length,
      linked: named(true),
      apart: named(false),
    };
  });
}

/** A broker of this machine is mostly its board's own. */
function isHere({ url }: BoardFlags): boolean {
  return isLoopbackUrl(url);
}

/** For people: a line for each board, then what is wrong. `here`: the boards are on this machine, not at the end of an ssh. */
export function statusPage(views: readonly BoardStatusView[], here: boolean): readonly string[] {
  const rows = views.map((view) => [
    view.board,
    view.state,
    [view.version, view.hardware === "emulated" ? "EMULATED" : ""].filter(Boolean).join(" "),
    view.state === "online" ? `${view.devices - view.below.length} of ${view.devices} full` : "",
    view.boot === null ? "" : (BOOTS[view.boot] ?? `up by ${view.boot}`),
    view.linked.length === 0 || view.state !== "online" ? "" : `linked with ${view.linked.join(", ")}`,
  ]);
  const wrong = views.flatMap((view) => troubles(view, here).map((trouble) => `${view.board}: ${trouble}`));
  return [...columns(rows), ...(wrong.length === 0 ? [] : ["", ...wrong])];
}

function troubles(
  { board, state, alarm, watchdogBoots, update, below, apart, lastEnd }: BoardStatusView,
  here: boolean,
): string[] {
  const { cause: end, crashes } = lastEnd ?? {};
  const which = here ? `--crashes --board ${board}` : `${board} --crashes`;
  const told = Number(crashes) > 0 ? `; crashes in that life: ${crashes} (holdfast logs ${which})` : "";
  const { state: how, version, reason } = update ?? {};
  return [
    ...(state === "online" ? [] : ["it is away: what follows is what it said last"]),
    ...(alarm === null ? [] : [`ALARM: ${alarm}`]),
    ...(watchdogBoots === 0 ? [] : [`its watchdog has reset it ${watchdogBoots} times within an hour`]),
    ...(text(end) === null ? [] : [`before it started: ${end}${told}`]),
    ...(how === undefined || how === "confirmed"
      ? []
      : [`update${version ? ` to ${version}` : ""}: ${how}${reason ? `: ${reason}` : ""}`]),
    ...(apart.length === 0 ? [] : [`no link with ${apart.join(", ")}`]),
    ...below.map(
      ({ device, mode, cause }) => `${device} is in mode ${mode}${cause === null ? "" : `: ${cause}`}`,
    ),
  ];
}

function objectOf(value: unknown): Document {
  return typeof value === "object" && value !== null ? (value as Document) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
