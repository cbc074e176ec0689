/** A board's overview for tests: two jobs, three cells, one of which is silent. */
import type { JobFacts, Overview } from "../../deploy/board/overview.ts";
import { MovingHistogram } from "../../runtime/time/moving-histogram.ts";

/** What a job with these durations, us, comes to. */
export function quantilesOf(...us: readonly number[]) {
  const histogram = new MovingHistogram();
  for (const each of us) histogram.record(each, 0);
  return histogram.quantiles(0);
}

export function job(name: string, fields: Partial<JobFacts> = {}): JobFacts {
  return {
    job: name,
    ageMs: 300,
    kind: "periodic",
    periodUs: 500_000,
    deadlineUs: 100_000,
    budgetUs: null,
    criticality: "normal",
    count: 4,
    misses: 0,
    skipped: 0,
    aborted: 0,
    overBudget: 0,
    latenessUs: quantilesOf(60, 90, 140, 900),
    executionUs: quantilesOf(400, 420, 1100, 480),
    responseUs: quantilesOf(460, 510, 1240, 1380),
    worst: { responseUs: 1380, latenessUs: 900, atUs: 4_000_000 },
    ...fields,
  };
}

const MB = 1 << 20;

function cell(
  name: string,
  atUs: number,
  ranUs: number,
  restarts = 0,
): NonNullable<Overview["cells"]>[number] {
  return {
    cell: name,
    incarnation: restarts + 1,
    restarts,
    loop: name === "pump" ? "blocking" : "event",
    booting: false,
    resumes: name === "kernel" ? null : 77,
    running: null,
    report: {
      cell: name,
      incarnation: restarts + 1,
      atUs,
      processCount: 3,
      runnable: 0,
      timers: 2,
      counts: { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 },
      heap: { usedBytes: 7.5 * MB, limitBytes: 24 * MB, externalBytes: 3 * MB },
      thread: { ranUs, waitedUs: 20_000 },
      trace: null,
    },
  };
}

/** `atUs`: when it was made, monotonic; `ranUs`: what the pump's thread had run by then. */
export function anOverview({ atUs = 9_000_000, ranUs = 250_000 } = {}): Overview {
  return {
    board: "greenhouse",
    version: "1.2.3",
    hardware: "emulated",
    incarnation: 2,
    uptimeS: 3723,
    atUs,
    broker: "live",
    brokerNode: { url: "mqtt://127.0.0.1:1883", mqtt: "5" },
    brokerCause: null,
    devices: [
      {
        id: "climate",
        kind: "sensor",
        driver: "bme280",
        mode: "safe",
        restarts: 0,
        cause: "bme280 at 0x76: address_nak",
        ready: true,
        misses: 0,
        readings: [
          { name: "temperature", unit: "°C", value: 21.4, quality: "good" },
          { name: "humidity", unit: "%", value: 51, quality: "bad" },
          { name: "pressure", unit: "hPa", value: null, quality: "good" },
        ],
      },
      {
        id: "pump",
        kind: "actuator",
        driver: "relay",
        mode: "full",
        restarts: 2,
        cause: null,
        ready: true,
        misses: 3,
        readings: [{ name: "on", unit: "", value: true, quality: "good" }],
      },
    ],
    jobs: [
      job("pump", { misses: 3, skipped: 1, aborted: 1, overBudget: 2, budgetUs: 1000 }),
      job("climate", { periodUs: 1_000_000, latenessUs: quantilesOf(50, 70) }),
    ],
    buses: [],
    cells: [
      cell("kernel", atUs, 100_000),
      cell("pump", atUs, ranUs, 2),
      {
        cell: "climate",
        incarnation: 1,
        restarts: 0,
        loop: "blocking",
        booting: false,
        resumes: 12,
        running: { process: 1, lateUs: 200_000 },
        report: null,
      },
    ],
    outbox: { records: 7, bytes: 1200, oldestMs: 90_000, dropped: 3, fault: null },
    network: { clients: 5, refused: { login: 3, publish: 2, read: 70, room: 0 } },
    links: {
      peers: [
        {
          board: "pumphouse",
          up: true,
          roundTripMs: 2,
          clockAheadMs: 250,
          clockErrorMs: 1,
          names: 2,
          joins: 3,
          shows: ["pump", "valve"],
          groups: [{ group: "motors", joins: 3 }],
          underWay: 4,
          resent: 5,
          duplicates: 6,
          reordered: 7,
        },
        {
          board: "shed",
          up: false,
          roundTripMs: null,
          clockAheadMs: null,
          clockErrorMs: null,
          names: 0,
          joins: 0,
          shows: [],
          groups: [],
          underWay: 0,
          resent: 0,
          duplicates: 0,
          reordered: 0,
        },
      ],
      refused: {
        forged: 1,
        stale: 2,
        malformed: 3,
        stranger: 4,
        version: 10,
        unknown: 5,
        notItself: 6,
        notGiven: 7,
        notShared: 0,
        tooMany: 0,
        notAllowed: 9,
      },
      late: 8,
      full: 9,
      lost: 10,
    },
    dropped: { events: 0, commands: 5 },
  };
}
