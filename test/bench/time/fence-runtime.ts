/**
 * A runtime for the fence benches: kernel and watchdog thread are the board's, the cells misbehave as they are told,
 * and the bench gives its orders over a socket as it does to the tests' stand-in.
 */
import { writeSync } from "node:fs";
import { connect } from "node:net";
import { GuardianControl } from "../../../firmware/client/guardian-control.ts";
import { PetPipe } from "../../../firmware/client/pet-pipe.ts";
import { RuntimeWatchdog } from "../../../firmware/client/runtime-watchdog.ts";
import type { Grant } from "../../../firmware/contracts/control.ts";
import { JsonLines } from "../../../firmware/transport/json-lines.ts";
import type { CellLife } from "../../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { NICE, setThreadNice } from "../../../runtime/time/thread-priority.ts";
import type { Finding } from "../../../runtime/watchdog/finding.ts";
import { DESK } from "./fence-bodies.ts";

const directory = process.env.HOLDFAST_PIPES!;
const socket = connect(process.env.HOLDFAST_TEST_SOCKET!);
const say = (value: object) => socket.write(`${JSON.stringify(value)}\n`);
const clock = new SystemClock();
setThreadNice(NICE.kernel);
const control = new GuardianControl({ directory, onEvent() {} });
const grants = new Map<string, Grant>();
const epochs = new Map<number, number>();
const roots = new Map<string, Pid>();
const findings: Finding[] = [];
const said: unknown[] = [];
const heard: ((value: unknown) => void)[] = [];
const ended = new Map<string, () => void>();

/** For machines on which a thread that is well gets no core for longer than the board's limit. */
const kernelLimit = process.env.HOLDFAST_TEST_KERNEL_LIMIT_MS;
const kernelLimitMs = kernelLimit === undefined ? undefined : Number(kernelLimit);
const watchdog = new RuntimeWatchdog(
  directory,
  ({ finding }) => {
    findings.push(finding);
    writeSync(2, `${JSON.stringify({ finding })}\n`);
    const { cell, incarnation, cause } = finding;
    if (cause !== "blocked") kernel.endCell(cell, incarnation, cause);
  },
  { kernelLimitMs },
);
const kernel = new ThreadKernel({
  board: "bench",
  clock,
  spares: () => 1,
  onStarted: (cell) => watchdog.watch(cell, [grants.get(cell.cell)!]),
  hooks: {
    prepare: ({ name }, bell) => control.grant(grants.get(name)!, { bell, bellIndex: 0 }),
    crashed: (_, report) => writeSync(2, `${JSON.stringify({ crashed: report })}\n`),
    ended: ({ name, incarnation }: CellLife) => {
      watchdog.unwatch(name, incarnation);
      control.fence(grants.get(name)!);
      ended.get(name)?.();
    },
  },
});
kernel.cell.post(kernel.cell.spawn(desk, []), { type: "begin" });
say({ ready: { pid: process.pid } });

const lines = new JsonLines();
socket.on("data", (chunk) => lines.feed(chunk, (value) => void answer(value as Order)));

interface Order {
  readonly id: number;
  readonly order: "start" | "said" | "hang" | "ended" | "fence" | "hangKernel" | "findings" | "world";
  readonly cell: string;
  /** File beside this one's folder, such as `time/fence-bodies`, and export name. */
  readonly module?: string;
  readonly body?: string;
  readonly args?: readonly unknown[];
  readonly grant?: Omit<Grant, "epoch">;
  /** Longest time of one resume, us. */
  readonly hangLimitUs?: number;
  readonly set?: Readonly<Record<string, unknown>>;
}

async function answer(order: Order): Promise<void> {
  try {
    say({ id: order.id, value: (await carryOut(order)) ?? null });
  } catch (error) {
    say({ id: order.id, error: { message: (error as Error).message } });
  }
}

async function carryOut({
  order,
  cell,
  module = "time/fence-bodies",
  body,
  args = [],
  grant,
  hangLimitUs,
  set = {},
}: Order): Promise<unknown> {
  switch (order) {
    case "start": {
      const epoch = (epochs.get(grant!.owner) ?? 0) + 1;
      epochs.set(grant!.owner, epoch);
      grants.set(cell, { ...grant!, epoch });
      const limit = hangLimitUs === undefined ? {} : { hangLimitUs };
      const bodies = new URL(`../${module}.js`, import.meta.url).href;
      const setup = { module: bodies, name: "heldHardware" };
      const pid = kernel.startCell({
        name: cell,
        body: { module: bodies, name: body! },
        setup,
        args,
        ...limit,
      });
      roots.set(cell, pid);
      return body === "loads" ? undefined : next();
    }
    case "said":
      return next();
    case "hang": {
      const over = new Promise<void>((resolve) => ended.set(cell, resolve));
      kernel.cell.post(roots.get(cell)!, { type: "hang" });
      const hardDeadlineUs = await next();
      await over;
      return hardDeadlineUs;
    }
    case "fence": {
      const { owner, epoch } = grants.get(cell)!;
      const pipe = new PetPipe(directory, clock);
      const atUs = clock.now();
      pipe.fence(owner, epoch);
      return atUs;
    }
    case "ended": {
      // It may have heard of the fence and crashed.
      const running = kernel.cells().find((one) => one.cell === cell);
      if (running === undefined) return undefined;
      kernel.endCell(cell, running.incarnation, "killed");
      return new Promise<void>((resolve) => ended.set(cell, resolve));
    }
    case "hangKernel":
      setTimeout(
        function hangKernel() {
          writeSync(2, `${JSON.stringify({ kernelHangs: { atUs: clock.now() } })}\n`);
          for (;;);
        },
        20 + Math.random() * 60,
      );
      return undefined;
    case "findings":
      return findings.splice(0);
    case "world":
      return control.world(cell, set);
  }
}

/** What a cell says next. */
function next(): Promise<unknown> {
  if (said.length > 0) return Promise.resolve(said.shift());
  return new Promise((resolve) => heard.push(resolve));
}

function* desk(self: Self<{ type: "begin" } | { type: "said"; value: unknown }>): ProcessGenerator {
  self.register(DESK);
  for (;;) {
    const message = yield* self.receive();
    if (message.type !== "said") continue;
    const resolve = heard.shift();
    if (resolve === undefined) said.push(message.value);
    else resolve(message.value);
  }
}
