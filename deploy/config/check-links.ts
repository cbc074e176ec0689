/** Whether links with other boards can be what the configuration says: who may speak, and when a board is gone. */
import { isLoopback } from "../listen.ts";
import { type LinksConfig, linkTimes } from "./links-schema.ts";
import type { Report } from "./problem.ts";
import { isPlainObject } from "./shape.ts";

/** `board`, `mqtt`, `links`: the sections as written. */
export function checkLinks({ board, mqtt, links }: Readonly<Record<string, unknown>>, report: Report): void {
  if (!isPlainObject(links)) return;
  checkTimes(links, report);
  const own = isPlainObject(board) ? board.id : undefined;
  if (Array.isArray(links.boards) && links.boards.includes(own)) {
    report.problem(["links", "boards"], own, "names of other boards: this is the board's own");
  }
  if (links.secretFile !== undefined) return;
  const { url, listen } = isPlainObject(mqtt) ? mqtt : {};
  if (listen === undefined && (url === undefined || isLoopbackUrl(String(url)))) {
    const text =
      'without "secretFile" every program of this machine that reaches the broker can speak as a board; "holdfast keys link" makes one';
    report.warning(["links"], text);
  } else {
    const allowed = `the file that "holdfast keys link" makes: over ${url ?? "the network"} anybody who reaches the broker could speak as a board`;
    report.problem(["links", "secretFile"], undefined, allowed, "keys/links.key");
  }
}

/** A broker that only programs of this machine reach. False for what is no address. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ""));
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
