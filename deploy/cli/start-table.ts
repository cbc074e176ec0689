/** What a board prints when it starts: what is where, how it fails, and where to look. */
import { controllerNamed } from "../../devices/controller-catalogue.ts";
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import { headerLine, type LineName } from "../../firmware/header-map.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { expanderPin } from "../config/expander-schema.ts";
import { listenPlan } from "../config/listen-schema.ts";
import { addressText } from "../config/place-fields.ts";
import { placementOf } from "../config/placement.ts";
import { boardPlan, controllerPlans, devicePlans } from "../config/plan.ts";
import { inputWords } from "./input-words.ts";
import { linkWords } from "./link-words.ts";
import { policyWords } from "./policy-words.ts";

export interface StartView {
  readonly version: string;
  /** Address of the page; absent where nothing is served. */
  readonly pageUrl?: string;
  readonly mqttUrl?: string;
  /** The broker there is the board's own. */
  readonly ownBroker?: boolean;
  /** Escape sequences: for terminals only. */
  readonly colour?: boolean;
}

const COLUMNS = 100;
const GAP = "  ";
/** Names longer than this are cut, so that the policy always has room. */
const WIDEST_NAME = 20;

/** The table, at most 100 columns wide (addresses may be longer), ending with a line feed. */
export function startTable(config: BoardConfig, view: StartView): string {
  const paint = painter(view.colour === true);
  const rows = [
    ["device", "driver", "where", "every", "policy"],
    ...devicePlans(config).map(deviceRow),
    ...controllerPlans(config).map(controllerRow),
  ];
  const [head = "", ...body] = alignedRows(rows);
  return `${[...headLines(config, view, paint), "", paint("dim", head), ...body, "", ...footLines(config, view)].join("\n")}\n`;
}

function headLines(config: BoardConfig, { version }: StartView, paint: Paint): string[] {
  const { id, hardware, world } = boardPlan(config);
  const title = `holdfast ${version}  board ${paint("bold", id)}`;
  if (hardware === "linux") return [`${title}  hardware linux: the pins of this machine`];
  const speed = world.timeScale === 1 ? "real time" : `${world.timeScale} times real time`;
  return [
    `${title}  ${paint("yellow", "EMULATED")}: no real pin moves`,
    `world ${world.model}, seed ${world.seed}, ${speed}`,
  ];
}

/** Expanders, where they are, and what feeds the loads behind them. */
function expanderLines(config: BoardConfig): string[] {
  const lines = Object.entries(config.expanders ?? {}).map(([name, { chip, bus, address, rail }]) => {
    const feeds = rail === undefined ? "no rail" : `rail ${lineText(rail.line)}`;
    return `${name}  ${chip} at ${bus} ${address}, ${feeds}`;
  });
  return lines.length === 0 ? [] : [...lines, ""];
}

/** Outputs of which never two are on. */
function interlockLines(config: BoardConfig): string[] {
  const groups = Object.entries(config.interlocks ?? {});
  const lines = groups.flatMap(([name, { outputs, onSecond = "refuse", deadTime }]) => {
    const second = onSecond === "refuse" ? "a second is refused" : "a second switches";
    return hanging(
      `${name}  never two on: `,
      [...outputs, deadTime === undefined ? second : `${second} after ${deadTime}`].join(", "),
    );
  });
  return lines.length === 0 ? [] : [...lines, ""];
}

/** Which devices and controllers share a thread; silent where each has its own. */
function cellLines(config: BoardConfig): string[] {
  const shared = placementOf(config).filter((cell) => cell.shared);
  return shared.length === 0
    ? []
    : [...shared.flatMap(({ name, members }) => hanging(`${name}  `, members.join(", "))), ""];
}

function footLines(config: BoardConfig, { pageUrl, mqttUrl, ownBroker = false }: StartView): string[] {
  const { id, mqtt } = boardPlan(config);
  return [
    ...expanderLines(config),
    ...interlockLines(config),
    ...cellLines(config),
    ...linkLines(config),
    ...(pageUrl === undefined ? [] : [`page  ${pageUrl}`]),
    ...(mqttUrl === undefined ? [] : [`mqtt  ${mqttUrl}  topics ${mqtt.root}/${id}/#`]),
    ...(ownBroker ? networkLines(config) : []),
    ...(mqttUrl === undefined || mqtt.homeAssistant === undefined
      ? []
      : [`Home Assistant  told of the board there, prefix ${mqtt.homeAssistant.prefix}`]),
  ];
}

/** What other boards may do here. */
function linkLines(config: BoardConfig): string[] {
  const lines = linkWords(config).flatMap(([head, words]) => hanging(head, words));
  return lines.length === 0 ? [] : [...lines, ""];
}

/** Who else reaches the board's own broker. */
function networkLines({ mqtt = {} }: BoardConfig): string[] {
  if (mqtt.listen === undefined) return [];
  const { host, port, tls } = listenPlan(mqtt.listen, "");
  return [`network  ${tls === undefined ? "mqtt" : "mqtts"}://${host}:${port}  a login each`];
}

function deviceRow(device: DevicePlan): string[] {
  const { id, driver, chip, input, output, job, ownedBy, commandForMs, lent } = device;
  const words = [
    ...(input === undefined ? [] : inputWords(input)),
    ...(output === undefined ? [] : policyWords(output)),
    ...(ownedBy === undefined ? [] : [`owned by ${ownedBy}`]),
    ...(lent ? ["lent to other boards"] : []),
    ...(ownedBy !== undefined || commandForMs === undefined
      ? []
      : [`commands last ${formatDuration(commandForMs)}`]),
  ];
  const line = input?.line ?? output?.line;
  const place = chip === undefined ? lineText(line) : `${chip.bus} ${chip.name ?? addressText(chip.address)}`;
  return [id, driver, place, formatDuration(job.everyMs), words.join(", ")];
}

function controllerRow({ id, kind, input, output, settings, job }: ControllerPlan): string[] {
  const words = `${input.device}.${input.reading} > ${output.device}, ${controllerNamed(kind).describe(settings)}`;
  return [id, kind, "controller", formatDuration(job.everyMs), words];
}

function lineText(line: string | undefined): string {
  if (line === undefined || expanderPin(line) !== undefined) return line ?? "";
  return `${line} pin ${headerLine(line as LineName).pin}`;
}

/** Every column as wide as its widest cell; the last one is wrapped at its commas. */
function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const cut = rows.map((row) => row.map((cell, column) => (column === 0 ? clip(cell) : cell)));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cut.map((row) => row[column]!.length)));
  const left = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  return cut.flatMap((row) => {
    const start = widths.map((width, column) => row[column]!.padEnd(width) + GAP).join("");
    return wrapped(row[4]!, COLUMNS - left).map((text, index) =>
      ((index === 0 ? start : " ".repeat(left)) + text).trimEnd(),
    );
  });
}

/** The text after its head, wrapped at its commas under where it began. */
function hanging(head: string, text: string): string[] {
  return wrapped(text, COLUMNS - head.length).map((line, index) =>
    ((index === 0 ? head : " ".repeat(head.length)) + line).trimEnd(),
  );
}

function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const part of text.split(/(?<=,) /)) {
    const last = lines.at(-1)!;
    const longer = last === "" ? part : `${last} ${part}`;
    if (last === "" || longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

function clip(name: string): string {
  return name.length <= WIDEST_NAME ? name : `${name.slice(0, WIDEST_NAME - 1)}…`;
}

type Paint = (style: "bold" | "dim" | "yellow", text: string) => string;

function painter(colour: boolean): Paint {
  const codes = { bold: 1, dim: 2, yellow: 33 };
  return (style, text) => (colour ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}
