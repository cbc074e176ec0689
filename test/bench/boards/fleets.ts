/**
 * Boards by the hundred on one Mosquitto: 200 that are linked with eight neighbours each, as many with one centre, and 64 that are
 * all linked with each other, which is as many as are without a list. Their machine is this one, too.
 */
import { cpuSeconds, memoryMb } from "../process-figures.ts";
import type { Row } from "../rows.ts";
import { BenchBroker } from "./a-broker.ts";
import type { BoardsBench } from "./bench.ts";
import { Fleet } from "./fleet.ts";

const GOAL_MS = 5000;
const LIMIT_MS = 90_000;
const IDLE_S = 20;
/** Links end after 7 s without a word. */
const LONG_CUT_MS = 60_000;
const PROCESSES = 4;

interface Shape {
  readonly what: string;
  readonly boards: number;
  readonly peersOf?: (board: number) => readonly number[];
}

const SHAPES: readonly Shape[] = [
  {
    what: "200 boards, 8 neighbours each",
    boards: 200,
    peersOf: (board) => [1, 2, 3, 4, -1, -2, -3, -4].map((step) => (board + step + 200) % 200),
  },
  {
    what: "200 boards, 199 of them with one",
    boards: 200,
    peersOf: (board) => (board === 0 ? [...Array(200).keys()].slice(1) : [0]),
  },
  { what: "64 boards, each with all others", boards: 64 },
];

export const fleets: BoardsBench = {
  name: "fleets",
  async run(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const shape of SHAPES) rows.push(...(await measure(shape)));
    return rows;
  },
};

async function measure({ what, boards, peersOf }: Shape): Promise<Row[]> {
  const broker = await BenchBroker.start();
  const fleet = await Fleet.of(boards, PROCESSES, peersOf);
  try {
    const used = () => fleet.cpuSeconds() + cpuSeconds(broker.pid);
    const bare = used();
    fleet.start(broker.url);
    const started = await fleet.until((report) => fleet.isWhole(report), LIMIT_MS);
    const startCpu = used() - bare;
    const brokerBefore = cpuSeconds(broker.pid);
    const cost = await fleet.cost(IDLE_S);
    const brokerPercent = ((cpuSeconds(broker.pid) - brokerBefore) / IDLE_S) * 100;
    const brokerMb = memoryMb(broker.pid).rss;
    const { offline } = await fleet.report();

    await broker.kill();
    await broker.launch();
    const wasAway = offline + boards;
    const again = await fleet.until((report) => report.offline >= wasAway && fleet.isWhole(report), LIMIT_MS);
    await broker.kill();
    await fleet.until(({ known, linked }) => known + linked === 0, LONG_CUT_MS);
    await broker.launch();
    const after = await fleet.until((report) => fleet.isWhole(report), LIMIT_MS);

    const whole = (work: string, ms: number | undefined, more = ""): Row => ({
      work: `${what}: ${work}`,
      ours: ms === undefined ? `not within ${LIMIT_MS / 1000} s` : `${(ms / 1000).toFixed(1)} s${more}`,
      peer: null,
      ratio: null,
      goal: `<= ${GOAL_MS / 1000} s`,
      met: ms !== undefined && ms <= GOAL_MS,
    });
    return [
      whole("all live and all names known", started, ` (${startCpu.toFixed(1)} s of processor)`),
      {
        work: `${what}: cost of an idle board`,
        ours: `${cost.cpuPercent.toFixed(2)} % of a core, ${cost.memoryMb.toFixed(1)} MB; broker ${brokerPercent.toFixed(1)} %, ${brokerMb} MB`,
        peer: null,
        ratio: null,
        goal: "none went offline",
        met: offline === 0,
      },
      whole("the same after a broker's restart", again),
      whole("the same after all links had ended", after),
    ];
  } finally {
    await fleet.end();
    await broker.stop();
  }
}
