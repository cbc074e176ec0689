/** What crosses boards: devices of others that controllers use, and outputs that others may command. */
import { formatDuration, parseDurationMs } from "../../runtime/time/duration.ts";
import { placeOf } from "./abroad.ts";
import { timingOf } from "./check-timing.ts";
import type { BoardDraft, ControllerDraft } from "./draft.ts";
import { DEFAULT_LINK_LEASE, DEFAULT_LINK_LOST, type LinksConfig, linkedBoards } from "./links-schema.ts";
import type { Path, Report } from "./problem.ts";
import { alternatives, isPlainObject } from "./shape.ts";

/** Commands that may be lost before a lease ends: as for controllers and outputs of one board. */
const RENEWALS = 3;

/** `links`, `board`: the sections as written. */
export function checkAbroad(
  { links, board: self }: Readonly<Record<string, unknown>>,
  board: BoardDraft,
  report: Report,
): void {
  const own = isPlainObject(self) ? self.id : undefined;
  for (const controller of board.controllers) {
    checkPlace(controller, "input", links, own, report);
    if (checkPlace(controller, "output", links, own, report)) checkLease(controller, links, report);
  }
  if (!isPlainObject(links)) return;
  if (lentIn({ links }).length > 0) checkLost(links, report);
  checkLent(links, ["links"], board, report);
  if (!isPlainObject(links.boards)) return;
  for (const [name, rights] of Object.entries(links.boards))
    checkLent(rights, ["links", "boards", name], board, report);
}

/** An order that comes late is obeyed as long as its link may be silent: that should not outlast what it justifies. */
function checkLost(links: Readonly<Record<string, unknown>>, report: Report): void {
  const lostMs = parseDurationMs(String(links.lost ?? DEFAULT_LINK_LOST));
  const leaseMs = parseDurationMs(String(links.lease ?? DEFAULT_LINK_LEASE));
  if (lostMs === undefined || leaseMs === undefined || lostMs <= leaseMs) return;
  const why = `longer than "lease" (${formatDuration(leaseMs)}): an order to a lent output may be that old when it is obeyed`;
  report.warning(["links", "lost"], why);
}

/** Ids that stand as devices that another board may command, in the configuration as written. */
export function lentIn(value: unknown): readonly string[] {
  const links = isPlainObject(value) && isPlainObject(value.links) ? value.links : {};
  const each = isPlainObject(links.boards) ? Object.values(links.boards) : [];
  return [links, ...each].flatMap((rights) => commandOf(rights) ?? []).map(String);
}

/** True where it is on another board, which is linked. */
function checkPlace(
  draft: ControllerDraft,
  field: "input" | "output",
  links: unknown,
  own: unknown,
  report: Report,
): boolean {
  const at = [...draft.at, field];
  const { [field]: written = "" } = draft.fields;
  const { name, board } = placeOf(written);
  if (board === undefined) return false;
  const linked = isPlainObject(links) ? linkedOf(links) : undefined;
  if (board === own) {
    report.problem(at, written, `"${name}": that is the board itself`, name);
  } else if (!isPlainObject(links)) {
    const allowed = `a device of this board; for one of ${board} the section "links" has to link the two`;
    report.problem(at, written, allowed);
  } else if (linked !== undefined && !linked.includes(board)) {
    const allowed = `a device of a board that is linked ("boards" of "links"): ${alternatives(linked)}`;
    report.problem(at, written, allowed);
  } else return true;
  return false;
}

/** A lease has to outlast commands that come late. */
function checkLease(draft: ControllerDraft, links: unknown, report: Report): void {
  if (!isPlainObject(links)) return;
  const timing = timingOf(draft);
  const leaseMs = parseDurationMs(String(links.lease ?? DEFAULT_LINK_LEASE));
  if (timing === undefined || leaseMs === undefined || leaseMs >= RENEWALS * timing.everyMs) return;
  const allowed = `at least ${formatDuration(RENEWALS * timing.everyMs)}: ${draft.id} commands an output of another board once in ${formatDuration(timing.everyMs)}`;
  report.problem(["links", "lease"], links.lease, allowed);
}

/** Only outputs that are nobody's can be lent; whether they exist is checked with the links. */
function checkLent(rights: unknown, at: Path, board: BoardDraft, report: Report): void {
  for (const id of commandOf(rights) ?? []) {
    const device = board.devices.find((candidate) => candidate.id === id);
    const owner = board.controllers.find(({ fields }) => fields.output === id);
    if (device !== undefined && device.driver.kind !== "actuator") {
      report.problem([...at, "command"], id, `an actuator: ${id} is a device that measures`);
    } else if (owner !== undefined) {
      const allowed = `an output without a controller of this board: ${id} belongs to controllers.${owner.id}`;
      report.problem([...at, "command"], id, allowed);
    }
  }
}

function commandOf(rights: unknown): readonly unknown[] | undefined {
  const command = isPlainObject(rights) ? rights.command : undefined;
  return Array.isArray(command) ? command : undefined;
}

function linkedOf(links: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const { boards } = links;
  const isRight = Array.isArray(boards) || isPlainObject(boards);
  return isRight ? linkedBoards(links as LinksConfig) : undefined;
}
