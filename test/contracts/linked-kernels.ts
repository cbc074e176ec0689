/** Two boards without threads on one network in virtual time. */

import * as assert from "uvu/assert";
import { BoardExchange } from "../../runtime/boards/board-exchange.ts";
import { LocalKernel } from "../../runtime/cell/local-kernel.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import { VirtualClock } from "../../runtime/time/virtual-clock.ts";
import * as bodies from "./board-bodies.ts";
import type { BoardsBench } from "./boards.ts";
import { REPORT } from "./cell-bodies.ts";
import { type CellBench, reporter } from "./cells.ts";
import * as groupBodies from "./group-bodies.ts";
import { BOARDS, exchangeOptions } from "./link-cell.ts";

/** How long a packet is on its way, us. */
const TRIP_US = 1000;

interface Arrival {
  readonly atUs: number;
  arrive(): void;
}

export function linkedKernels(): BoardsBench {
  const clock = new VirtualClock(0);
  const arrivals: Arrival[] = [];
  let isCut = false;
  const exchanges = new Map<string, BoardExchange>();
  const kernels = new Map<string, LocalKernel>();
  for (const board of BOARDS) kernels.set(board, new LocalKernel({ board, clock, load }));
  for (const [board, kernel] of kernels) {
    const publish = (to: string, bytes: Uint8Array) => {
      if (isCut) return;
      const arrive = () => exchanges.get(to)!.packet(board, bytes);
      arrivals.push({ atUs: clock.now() + TRIP_US, arrive });
    };
    const told = (line: string) => kernel.cell.post(REPORT, line);
    const options = exchangeOptions(board, publish, () => clock.now(), told);
    exchanges.set(
      board,
      kernel.openBoards((own) => new BoardExchange({ ...options, own })),
    );
  }
  const pass = (ms: number) => {
    for (const endUs = clock.now() + ms * 1000; ; ) {
      for (const kernel of kernels.values()) kernel.settle();
      const nextUs = Math.min(
        arrivals[0]?.atUs ?? Infinity,
        ...[...kernels.values()].map((one) => one.nextWakeUs()),
      );
      if (nextUs > endUs) {
        clock.advanceTo(endUs);
        return;
      }
      clock.advanceTo(Math.max(nextUs, clock.now()));
      if ((arrivals[0]?.atUs ?? Infinity) <= clock.now()) arrivals.shift()!.arrive();
    }
  };
  for (const [board, exchange] of exchanges)
    for (const other of BOARDS) if (other !== board) exchange.present(other, 1);
  const bench = (board: string) => benchOf(kernels.get(board)!, () => pass(100));
  return {
    greenhouse: bench("greenhouse"),
    pumphouse: bench("pumphouse"),
    cut: (now) => {
      isCut = now;
    },
  };
}

function benchOf(kernel: LocalKernel, pass: () => void): CellBench {
  const seen: string[] = [];
  let told = 0;
  kernel.cell.spawn(
    reporter((line) => seen.push(line)),
    [],
  );
  const until = async (done: () => boolean) => {
    for (let turn = 0; turn < 1000 && !done(); turn++) pass();
    assert.ok(done(), `it did not come to it; seen: ${seen}`);
  };
  return {
    kernel,
    seen,
    async next(count = 1) {
      await until(() => seen.length >= told + count);
      told += count;
      return seen.slice(told - count, told);
    },
    until,
    async quiet() {
      pass();
      assert.equal(seen.slice(told), [], "nothing else happened");
    },
  };
}

function load({ body: { module, name } }: { body: { module: string; name: string } }): { body: Body } {
  const body = ({ ...bodies, ...groupBodies } as Readonly<Record<string, unknown>>)[name];
  if (typeof body !== "function") throw new TypeError(`${module} exports no function "${name}"`);
  return { body: body as Body };
}
