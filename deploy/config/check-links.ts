/** Whether links with other boards can be what the configuration says: who may speak, do what, and when a board is gone. */
import { isLoopback } from "../listen.ts";
import { nearest } from "../nearest.ts";
import { brokerAddresses } from "./broker-field.ts";
import { type LinksConfig, linkTimes, MOST_BOARDS } from "./links-schema.ts";
import type { Path, Report } from "./problem.ts";
import { alternatives, isPlainObject } from "./shape.ts";

/** `board`, `mqtt`, `links`, `devices`: the sections as written. */
export function checkLinks(
  { board, mqtt, links, devices }: Readonly<Record<string, unknown>>,
  report: Report,
): void {
  if (!isPlainObject(links)) return;
  checkTimes(links, report);
  checkBoards(links.boards, isPlainObject(board) ? board.id : undefined, report);
  const ids = Object.keys(isPlainObject(devices) ? devices : {});
  for (const right of ["command", "read"] as const) {
    checkDevices(right, links, ["links"], ids, report);
    if (isPlainObject(links.boards))
      for (const [name, rights] of Object.entries(links.boards))
        checkDevices(right, rights, ["links", "boards", name], ids, report);
  }
  if (links.secretFile !== undefined) return;
  const { url, listen } = isPlainObject(mqtt) ? mqtt : {};
  if (listen === undefined && (url === undefined || isLoopbackUrl(url))) {
    const text =
      'without "secretFile" every program of this machine that reaches the broker can speak as a board; "holdfast keys link" makes one';
    report.warning(["links"], text);
  } else {
    const allowed = `the file that "holdfast keys link" makes: over ${url ?? "the network"} anybody who reaches the broker could speak as a board`;
    report.problem(["links", "secretFile"], undefined, allowed, "keys/links.key");
  }
}

/** A broker that only programs of this machine reach, by each of its addresses. False for what is no address. */
export function isLoopbackUrl(url: unknown): boolean {
  const addresses = brokerAddresses(url);
  return (
    addresses.length > 0 && addresses.every(({ hostname }) => isLoopback(hostname.replace(/^\[|\]$/g, "")))
  );
}

function checkBoards(boards: unknown, own: unknown, report: Report): void {
  const isObject = isPlainObject(boards);
  const names = isObject ? Object.keys(boards) : Array.isArray(boards) ? boards : [];
  const at = ["links", "boards", ...(isObject ? [String(own)] : [])];
  if (names.includes(own)) report.problem(at, own, "names of other boards: this is the board's own");
  if (isObject && (names.length === 0 || names.length > MOST_BOARDS))
    report.add({
      at: ["links", "boards"],
      found: `${names.length} boards`,
      allowed: `1 to ${MOST_BOARDS} boards; without "boards" all who know the secret are linked`,
    });
}

/** Only what exists can be commanded and read: a misspelt id would be a right that nobody notices is missing. */
function checkDevices(
  right: "command" | "read",
  rights: unknown,
  at: Path,
  devices: readonly string[],
  report: Report,
): void {
  const ids = isPlainObject(rights) ? rights[right] : undefined;
  if (!Array.isArray(ids)) return;
  for (const id of ids) {
    if (typeof id !== "string" || devices.includes(id)) continue;
    const allowed = devices.length === 0 ? "no device: there is none" : `devices: ${alternatives(devices)}`;
    report.problem([...at, right], id, allowed, nearest(id, devices));
  }
}

function checkTimes(links: Readonly<Record<string, unknown>>, report: Report): void {
  try {
    const { heartbeatMs, lostMs } = linkTimes(links as LinksConfig);
    if (lostMs >= 2 * heartbeatMs) return;
    const allowed = `at least twice the heartbeat: ${2 * heartbeatMs}ms; one word that is late would end the link`;
    report.problem(["links", "lost"], links.lost ?? `${lostMs}ms`, allowed);
  } catch {
    // Not durations: the shape's own check says so.
  }
}
