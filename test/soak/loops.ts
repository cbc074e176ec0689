/**
 * Everything a process can do, over and over: spawns, messages, timers, links, monitors, names, calls, in one cell
 * and between two. None may leave anything behind.
 */
import { LocalKernel } from "../../runtime/cell/local-kernel.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { VirtualClock } from "../../runtime/time/virtual-clock.ts";

export interface Loop {
  readonly name: string;
  /** One of the things everything else is made of. */
  readonly basic?: boolean;
  /** Does it `count` times, in a cell of the kernel; `other` is a process of another cell. */
  readonly body: (self: Self<Request>, count: number, other: Pid) => ProcessGenerator;
}

type Request =
  | { readonly type: "ask"; readonly from: Pid; readonly ref: number }
  | { readonly type: "answer" }
  | { readonly type: "tick"; readonly n: number }
  | { readonly type: "end" };

/** Things done between two rests in which others run: keeps queues short. */
const BATCH = 200;

export const LOOPS: readonly Loop[] = [
  {
    name: "spawn, and the end",
    basic: true,
    *body(self, count) {
      for (let n = 1; n <= count; n++) {
        self.spawn(brief, []);
        if (n % BATCH === 0) yield* self.sleep(0.001);
      }
    },
  },
  {
    name: "spawn with arguments, link, and a crash that is trapped",
    *body(self, count) {
      self.trapExit();
      for (let n = 1; n <= count; n++) {
        self.spawnLink(killed, [{ n }]);
        yield* self.receive("exit");
      }
    },
  },
  {
    name: "message and answer",
    basic: true,
    *body(self, count) {
      const echo = self.spawn(answers, []);
      for (let n = 0; n < count; n++) {
        self.send(echo, { type: "ask", from: self.pid, ref: n });
        yield* self.receive("answer");
      }
      self.send(echo, { type: "end" });
    },
  },
  {
    name: "call: monitor, request, reply by its alias",
    *body(self, count) {
      const server = self.spawn(replies, []);
      yield* calls(self, server, count);
      self.send(server, { type: "end" });
    },
  },
  {
    name: "sendAfter and cancel",
    basic: true,
    *body(self, count) {
      for (let n = 1; n <= count; n++) {
        self.cancel(self.sendAfter(1 + (n % 1000), self.pid, { type: "tick", n }));
        if (n % BATCH === 0) yield* self.sleep(0.001);
      }
    },
  },
  {
    name: "sendAfter and its message",
    *body(self, count) {
      for (let n = 0; n < count; n++) {
        self.sendAfter(0.001, self.pid, { type: "tick", n });
        yield* self.receive("tick");
      }
    },
  },
  {
    name: "a wait that ends by its limit",
    *body(self, count) {
      for (let n = 0; n < count; n++) yield* self.receive("answer", { within: 0.001 });
    },
  },
  {
    name: "link and unlink",
    basic: true,
    *body(self, count) {
      const other = self.spawn(answers, []);
      for (let n = 1; n <= count; n++) {
        self.link(other);
        self.unlink(other);
      }
      self.send(other, { type: "end" });
      yield* self.sleep(0.001);
    },
  },
  {
    name: "monitor and demonitor",
    basic: true,
    *body(self, count) {
      const other = self.spawn(answers, []);
      for (let n = 1; n <= count; n++) self.demonitor(self.monitor(other));
      self.send(other, { type: "end" });
      yield* self.sleep(0.001);
    },
  },
  {
    name: "monitor and its down",
    *body(self, count) {
      for (let n = 0; n < count; n++) {
        self.monitor(self.spawn(brief, []));
        yield* self.receive("down");
      }
    },
  },
  {
    name: "register and unregister",
    *body(self, count) {
      for (let n = 1; n <= count; n++) {
        self.register(`name ${n % 50}`);
        self.unregister(`name ${n % 50}`);
      }
      yield* self.sleep(0.001);
    },
  },
  {
    name: "message and answer between cells",
    *body(self, count, other) {
      for (let n = 0; n < count; n++) {
        self.send(other, { type: "ask", from: self.pid, ref: n });
        yield* self.receive("answer");
      }
    },
  },
  {
    name: "link and unlink between cells",
    *body(self, count, other) {
      for (let n = 1; n <= count; n++) {
        self.link(other);
        self.unlink(other);
        if (n % BATCH === 0) yield* self.sleep(0.001);
      }
    },
  },
  {
    name: "monitor and demonitor between cells",
    *body(self, count, other) {
      for (let n = 1; n <= count; n++) {
        self.demonitor(self.monitor(other));
        if (n % BATCH === 0) yield* self.sleep(0.001);
      }
    },
  },
  {
    name: "spawn, monitored and linked from another cell, and the end",
    *body(self, count, other) {
      for (let n = 1; n <= count; n++) {
        self.spawn(bonded, [other]);
        if (n % BATCH === 0) yield* self.sleep(0.001);
      }
    },
  },
];

/** Runs loops one after the other in one kernel, so that what one leaves behind stays. */
export class LoopBench {
  readonly #clock = new VirtualClock(0);
  readonly #kernel: LocalKernel;
  readonly #other: Pid;

  constructor() {
    const load = () => ({ body: answers as Body });
    this.#kernel = new LocalKernel({ board: "loops", clock: this.#clock, load });
    this.#other = this.#kernel.startCell({ name: "other", body: { module: "", name: "" }, args: [] });
    this.#kernel.settle();
  }

  /** Processes and timers that are left when nothing is to be done: 0, and 0. */
  get left(): { readonly processes: number; readonly timers: number } {
    return { processes: this.#kernel.cell.processCount, timers: this.#kernel.timerCount };
  }

  run({ body }: Loop, count: number): void {
    const { cell } = this.#kernel;
    cell.spawn(body as Body, [count, this.#other]);
    for (this.#kernel.settle(); cell.processCount > 0; this.#kernel.settle()) {
      const next = this.#kernel.nextWakeUs();
      if (next === Number.POSITIVE_INFINITY) throw new Error("a loop waits for ever");
      this.#clock.advanceTo(Math.max(next, this.#clock.now()));
    }
  }
}

function* brief(): ProcessGenerator {}

function* killed(self: Self, _: { readonly n: number }): ProcessGenerator {
  self.kill(self.pid);
  yield* self.receive();
}

function* bonded(self: Self, other: Pid): ProcessGenerator {
  self.monitor(other);
  self.link(other);
}

function* answers(self: Self<Request>): ProcessGenerator {
  for (;;) {
    const message = yield* self.receive();
    if (message.type === "ask") self.send(message.from, { type: "answer" });
    else if (message.type === "end") return;
  }
}

function* replies(self: Self<Request>): ProcessGenerator {
  for (;;) {
    const message = yield* self.receive();
    if (message.type !== "ask") return;
    const { from, ref } = message;
    self.send(from, { type: "reply", ref, value: 1 }, { alias: ref });
  }
}

function* calls(self: Self<Request>, server: Pid, count: number): ProcessGenerator {
  for (let n = 0; n < count; n++) {
    const ref = self.monitor(server);
    self.send(server, { type: "ask", from: self.pid, ref });
    yield* self.receive(ref, { within: 1000 });
  }
}
