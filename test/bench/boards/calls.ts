/**
 * Calls and messages between processes of two boards, beside bare MQTT.js with payloads of the same length, QoS and broker, and
 * Erlang distribution, all in turn in the same run. Both ends of each are processes of the system.
 */
import type { Row } from "../rows.ts";
import { BenchBroker } from "./a-broker.ts";
import { BareClient } from "./bare-client.ts";
import type { BoardsBench } from "./bench.ts";
import { ErlangNodes } from "./erlang-nodes.ts";
import { type Place, TwoBoards } from "./two-boards.ts";

const ROUNDS = 5;
/** A cell lives for months: code that is not compiled yet is not what is measured. */
const CALLS = { count: 1000, warmUp: 5000 } as const;
const MESSAGES = { count: 20_000, warmUp: 20_000 } as const;
/** What a call takes on the topic, with the seal. */
const PAYLOAD_BYTES = 150;
const GOAL = { trip: 1.25, rate: 0.8 } as const;
const CONTENDERS = ["cells", "link", "bare", "erlang"] as const;

type Contender = (typeof CONTENDERS)[number];
type Figures = Readonly<Record<Contender, number[]>>;

export const boardCalls: BoardsBench = {
  name: "calls between boards",
  async run(): Promise<readonly Row[]> {
    const broker = await BenchBroker.start();
    const ours = new TwoBoards(broker.url);
    const bare = new BareClient(broker.url, PAYLOAD_BYTES);
    const erlang = await ErlangNodes.start();
    const trips: Figures = { cells: [], link: [], bare: [], erlang: [] };
    const rates: Figures = { cells: [], link: [], bare: [], erlang: [] };
    try {
      for (let round = 0; round < ROUNDS; round++) {
        for (const place of ["cells", "link"] as const) {
          trips[place].push(median(await ours.calls(CALLS, place)));
          rates[place].push((MESSAGES.count / (await ours.pour(MESSAGES, place))) * 1e6);
        }
        trips.bare.push(median(await bare.roundTrips(CALLS)));
        rates.bare.push((MESSAGES.count / (await bare.pour(MESSAGES))) * 1e6);
        const figures = await erlang?.run(CALLS, MESSAGES);
        if (figures === undefined) continue;
        trips.erlang.push(figures.callUs);
        rates.erlang.push(figures.messagesPerSecond);
      }
    } finally {
      await ours.stop();
      await broker.stop();
      await erlang?.stop();
    }
    return [
      ...(["cells", "link"] as const).map((place) => tripRow(place, trips)),
      ...(["cells", "link"] as const).map((place) => rateRow(place, rates)),
      ...erlangRows(trips, rates),
    ];
  },
};

const WHERE: Readonly<Record<Place, string>> = { cells: "", link: ", ends in the links' cells" };

function tripRow(place: Place, trips: Figures): Row {
  const [trip, bare] = [median(trips[place]), median(trips.bare)];
  return {
    work: `call between boards, round trip${WHERE[place]}`,
    ours: `${trip.toFixed(0)} us (bare ${bare.toFixed(0)}; ${(trip / bare).toFixed(2)} x)`,
    peer: bare,
    ratio: trip / bare,
    goal: `<= ${GOAL.trip} x bare mqtt.js`,
    met: trip <= GOAL.trip * bare,
  };
}

function rateRow(place: Place, rates: Figures): Row {
  const [rate, bare] = [median(rates[place]), median(rates.bare)];
  return {
    work: `messages between boards, small${WHERE[place]}`,
    ours: `${rate.toFixed(0)}/s (bare ${bare.toFixed(0)}; ${(rate / bare).toFixed(2)} x)`,
    peer: bare,
    ratio: rate / bare,
    goal: `>= ${GOAL.rate} x bare mqtt.js`,
    met: rate >= GOAL.rate * bare,
  };
}

/** No goal: without a broker in between a call has half of the way. */
function erlangRows(trips: Figures, rates: Figures): Row[] {
  const isThere = trips.erlang.length > 0;
  const row = (work: string, ours: string): Row => ({
    work: `Erlang distribution, loopback: ${work}`,
    ours: isThere ? ours : "skipped: erlc is not installed",
    peer: null,
    ratio: null,
    goal: "none, for reference",
    met: true,
  });
  if (!isThere) return [row("not run", "")];
  return [
    row("call, round trip", `${median(trips.erlang).toFixed(0)} us`),
    row("messages, small", `${median(rates.erlang).toFixed(0)}/s`),
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
