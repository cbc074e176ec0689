/** Puts a board's overview together: what the telemetry knows, and what the cells answer within their time. */
import type { InspectReply, InspectRequest } from "../../runtime/introspection/inspector.ts";
import type { CellView } from "../../runtime/introspection/report.ts";
import type { ProcessLinks } from "../links/process-links.ts";
import type { BoardLink } from "../mqtt/board-link.ts";
import type { BoardOutbox } from "../outbox/board-outbox.ts";
import type { KnownJob } from "./job-report.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";
import type { CellFacts, JobFacts, NetworkFacts, Overview } from "./overview.ts";
import type { Telemetry } from "./telemetry.ts";

export interface OverviewSources {
  readonly plan: Pick<MqttPlan, "board" | "version" | "hardware" | "incarnation">;
  /** Absent until the telemetry's process has started. */
  readonly view: {
    readonly telemetry?: Pick<Telemetry, "devices" | "jobs" | "buses">;
    readonly link?: Pick<BoardLink, "state" | "broker" | "cause" | "counts">;
    readonly outbox?: Pick<BoardOutbox, "facts">;
    readonly links?: Pick<ProcessLinks, "view">;
    readonly network?: NetworkFacts;
  };
  nowUs(): number;
  /** Of the runtime. */
  uptimeS(): number;
  /** Rejects when the board's inspector does not answer. */
  ask(request: InspectRequest): Promise<InspectReply>;
}

/** Who asks while an answer is under way gets the same: a cell that hangs is waited for once. */
export function overviewMaker(sources: OverviewSources): () => Promise<Overview> {
  let underWay: Promise<Overview> | undefined;
  return () => {
    underWay ??= makeOverview(sources).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

async function makeOverview({ plan, view, nowUs, uptimeS, ask }: OverviewSources): Promise<Overview> {
  const { board, version, hardware, incarnation } = plan;
  const cells = await cellFacts(ask);
  const atUs = nowUs();
  const { telemetry, link, outbox, links, network } = view;
  return {
    board,
    version,
    hardware,
    incarnation,
    uptimeS: uptimeS(),
    atUs,
    broker: link?.state ?? "offline",
    brokerNode: link?.broker ?? null,
    brokerCause: link === undefined || link.state === "live" ? null : link.cause,
    devices: telemetry?.devices() ?? [],
    jobs: telemetry?.jobs().map((known) => jobFacts(known, atUs)) ?? [],
    buses: telemetry?.buses() ?? [],
    cells,
    outbox: outbox?.facts ?? null,
    links: links?.view() ?? null,
    network: network === undefined ? null : { clients: network.clients, refused: network.refused },
    dropped: { events: link?.counts.eventsDropped ?? 0, commands: link?.counts.commandsRefused ?? 0 },
  };
}

/** One process a cell is the least that may be asked for. */
async function cellFacts(ask: OverviewSources["ask"]): Promise<readonly CellFacts[] | null> {
  try {
    const reply = await ask({ what: "board", query: { limit: 1 } });
    return reply.is === "board" ? reply.board.cells.map(withoutProcesses) : null;
  } catch {
    return null; // starting, or busy: the rest is told all the same
  }
}

function withoutProcesses({ report, ...status }: CellView): CellFacts {
  if (report === null) return { ...status, report };
  const { processes: _, found: __, scanned: ___, ...figures } = report;
  return { ...status, report: figures };
}

function jobFacts({ job, atUs, report }: KnownJob, nowUs: number): JobFacts {
  return { ...report, job, ageMs: Math.max(0, Math.round((nowUs - atUs) / 1000)) };
}
