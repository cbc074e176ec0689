/**
 * Calls and messages between processes of two boards, beside bare MQTT.js with payloads of the same length, QoS and broker
 * in the same run: each of both has its two ends in threads of one process. Ours has the same and a cell at each end.
 */
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import type { OutsidePlan } from "../../end-to-end/outside-link.ts";
import type { Row } from "../rows.ts";
import { BenchBroker } from "./a-broker.ts";
import { BareClient } from "./bare-client.ts";
import type { BoardsBench } from "./bench.ts";
import { BENCH } from "./call-bodies.ts";

const ROUNDS = 5;
const CALLS = 1000;
const MESSAGES = 20_000;
/** What a call takes on the topic, with the seal: 150 bytes. */
const [TEXT, PAYLOAD_BYTES] = ["x".repeat(40), 150];
const GOAL = { trip: 1.25, rate: 0.8 } as const;

type Result = { readonly times: number[] } | { readonly poured: number };

export const boardCalls: BoardsBench = {
  name: "calls between boards",
  async run(): Promise<readonly Row[]> {
    const broker = await BenchBroker.start();
    const ours = new TwoBoards(broker.url);
    const bare = new BareClient(broker.url, PAYLOAD_BYTES);
    try {
      const trips: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
      const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
      for (let round = 0; round < ROUNDS; round++) {
        trips.ours.push(median(await ours.calls(CALLS)));
        trips.bare.push(median(await bare.roundTrips(CALLS)));
        rates.ours.push((MESSAGES / (await ours.pour(MESSAGES))) * 1e6);
        rates.bare.push((MESSAGES / (await bare.pour(MESSAGES))) * 1e6);
      }
      const [trip, bareTrip] = [median(trips.ours), median(trips.bare)];
      const [rate, bareRate] = [median(rates.ours), median(rates.bare)];
      return [
        {
          work: "call between boards, round trip, median",
          ours: `${trip.toFixed(0)} us (bare ${bareTrip.toFixed(0)})`,
          peer: bareTrip,
          ratio: trip / bareTrip,
          goal: `<= ${GOAL.trip} x bare mqtt.js`,
          met: trip <= GOAL.trip * bareTrip,
        },
        {
          work: "messages between boards, small",
          ours: `${rate.toFixed(0)}/s (bare ${bareRate.toFixed(0)})`,
          peer: bareRate,
          ratio: rate / bareRate,
          goal: `>= ${GOAL.rate} x bare mqtt.js`,
          met: rate >= GOAL.rate * bareRate,
        },
      ];
    } finally {
      await ours.stop();
      await broker.stop();
    }
  },
};

class TwoBoards {
  readonly #kernels: readonly ThreadKernel[];
  #cells = 0;
  #heard: (result: Result) => void = () => {};

  constructor(url: string) {
    this.#kernels = ["one", "other"].map((board) => {
      const kernel = new ThreadKernel({ board, clock: new SystemClock() });
      const data: OutsidePlan = { board, url, life: 1, heartbeatMs: 2000, lostMs: 7000 };
      kernel.startCell({
        name: "link",
        loop: "event",
        body: { module: LINK, name: "outsideCell" },
        setup: { module: LINK, name: "outsideSetup", data },
        args: [],
      });
      return kernel;
    });
    const heard = (result: Result) => this.#heard(result);
    this.#kernels[0]!.cell.spawn(function* (self: Self<Result>): ProcessGenerator {
      self.register(BENCH);
      for (;;) heard((yield* self.receive()) as Result);
    }, []);
    this.#kernels[0]!.cell.post(BENCH, { times: [] });
  }

  async calls(count: number): Promise<number[]> {
    const result = await this.#run("echo", [], "caller", count);
    return "times" in result ? result.times : [];
  }

  async pour(count: number): Promise<number> {
    const result = await this.#run("sink", [count], "pourer", count);
    return "poured" in result ? result.poured : Number.NaN;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#kernels.map((kernel) => kernel.stop()));
  }

  async #run(there: string, args: readonly unknown[], here: string, count: number): Promise<Result> {
    const name = `${there}-${++this.#cells}`;
    const [one, other] = this.#kernels as [ThreadKernel, ThreadKernel];
    const result = new Promise<Result>((done) => {
      this.#heard = done;
    });
    other.startCell(cell(name, there, [name, ...args]));
    one.startCell(cell(name, here, [`${name}@other`, count, TEXT]));
    const heard = await result;
    for (const kernel of this.#kernels) kernel.endCell(name, 1, "killed");
    return heard;
  }
}

const LINK = new URL("../../end-to-end/outside-link.js", import.meta.url).href;
const BODIES = new URL("./call-bodies.js", import.meta.url).href;

function cell(name: string, body: string, args: readonly unknown[]): CellSpec {
  return { name, body: { module: BODIES, name: body }, args };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
