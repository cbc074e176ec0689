/**
 * Runs a cell's code once before there is a cell: V8 compiles a function when it is first called, and those
 * calls would come between the end of a cell and the first step of its replacement (3 to 8 ms).
 */
import { Cell } from "../process/cell.ts";
import { pack, unpack } from "../process/pack.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import { AtomicsBell } from "../time/atomics-bell.ts";
import type { Clock } from "../time/clock.ts";
import { SleepPark } from "../time/sleep-park.ts";
import { runBlocking } from "./blocking-loop.ts";
import { CellPorts } from "./cell-ports.ts";
import { openWay } from "./cell-way.ts";
import { MemoryFigures } from "./memory-figures.ts";
import { PortPeer } from "./port-peer.ts";
import { createProgressMemory, ProgressWord } from "./progress-word.ts";

/** Out of reach: only so that the figures are taken once. */
const WARM_LIMIT_MB = 1024;

/** Two processes of a cell that nobody knows exchange messages, watch each other and end. */
export function warmUp(clock: Clock): void {
  const progress = new ProgressWord(createProgressMemory(WARM_LIMIT_MB));
  const cell = new Cell({ board: "", cell: "warm-up", incarnation: 0, clock, progress, endsWithRoot: true });
  cell.spawn(ping, [unpack(pack({ rounds: 2 }).packed) as { rounds: number }], { label: "ping" });
  const ports = meet(cell);
  const bell = new AtomicsBell(new Int32Array(new SharedArrayBuffer(4)));
  const park = new SleepPark(bell, clock);
  let turns = 0;
  runBlocking({ cell, bell, park, drain: () => ports.drain() || turns < 8, over: () => ++turns === 8 });
  new MemoryFigures(progress, clock).turn();
}

/** Gives the cell ports as it will have, and takes them away again. */
function meet(cell: Cell): CellPorts {
  const end = { incarnation: 1, bell: new SharedArrayBuffer(4), foreign: false };
  const [toA, toB] = openWay({ cell: "a", ...end }, { cell: "b", ...end });
  const ports = new CellPorts(toA, false);
  ports.connect(cell);
  const other = new PortPeer(toB);
  other.post({ control: "peerUp", link: openWay({ cell: "c", ...end }, { cell: "d", ...end })[0] });
  other.post({ control: "peerDown", cell: "c", incarnation: 1, cause: "normal" });
  ports.drain();
  other.close();
  return ports;
}

function* ping(self: Self<{ type: "answer" }>, { rounds }: { rounds: number }): ProcessGenerator {
  const other = self.spawnLink(pong, []);
  self.trapExit();
  self.register("warm-up");
  const ref = self.monitor(other);
  for (let round = 0; round < rounds; round++) {
    self.send(other, { type: "ask", from: self.pid });
    yield* self.receive("answer", { within: 1000 });
  }
  self.exit(other, "shutdown");
  yield* self.receive(ref, { within: 1000 });
  self.cancel(self.sendAfter(1000, self.pid, { type: "answer" }));
  yield* self.sleep(0);
}

function* pong(self: Self<{ type: "ask"; from: never }>): ProcessGenerator {
  for (;;) {
    const { from } = yield* self.receive("ask");
    self.send(from, { type: "answer" });
  }
}
