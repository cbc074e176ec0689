import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { applicationController } from "../../../runtime/behaviour/application.ts";
import type { ApplicationSpec, ApplicationType } from "../../../runtime/behaviour/application-spec.ts";
import { call } from "../../../runtime/behaviour/call.ts";
import { serverBody, startServer } from "../../../runtime/behaviour/server.ts";
import { StartOrderError, startOrder } from "../../../runtime/behaviour/start-order.ts";
import { stop } from "../../../runtime/behaviour/system-message.ts";
import { describeReason, type ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { benchModule } from "./bench-server.ts";
import { bench, outcome } from "./client.ts";

/** A top process that writes down how it is ended; `end` messages end it by itself, a `deaf` one ignores all. */
function* top(
  self: Self<{ type: "end"; reason: ExitReason }>,
  name: string,
  deaf: boolean,
  log: (line: string) => void,
) {
  self.trapExit();
  self.register(name);
  for (;;) {
    const message = yield* self.receive();
    if (message.type === "exit" && deaf) continue;
    if (message.type === "exit") log(`${name} asked to ${describeReason(message.reason)}`);
    if (message.type === "down") continue;
    self.trapExit(false);
    self.exit(self.pid, message.reason);
    return;
  }
}

type Way = "plain" | "throws" | "waits" | "hangs" | "deaf" | "noPid" | "server" | "dies";

function setUp() {
  const hand = bench();
  const log: string[] = [];
  const note = (line: string) => void log.push(line);
  const app = (
    name: string,
    needs: readonly string[] = [],
    type: ApplicationType = "permanent",
    way: Way = "plain",
  ) => {
    const result: ApplicationSpec = {
      name,
      needs,
      type,
      *start(self) {
        note(`start ${name}`);
        if (way === "throws") throw new Error("no power");
        if (way === "waits") yield* self.sleep(100);
        while (way === "hangs") yield* self.sleep(1000);
        if (way === "noPid") return 7 as never;
        if (way === "server") return yield* startServer(self, benchModule([]), "stop", { link: true });
        return self.spawn(function* (self: Self<{ type: "end"; reason: ExitReason }>) {
          if (way === "dies") throw new Error("died at once");
          yield* top(self, name, way === "deaf", note);
        }, []);
      },
      prepareStop: () => note(`prepare ${name}`),
      stop: () => note(`stop ${name}`),
      startMs: 500,
      stopMs: 200,
    };
    return result;
  };
  const onEvent = (event: { kind: string; name: string; why?: string; reason?: ExitReason }) => {
    const why = event.why ?? (event.reason === undefined ? "" : describeReason(event.reason));
    note(`${event.kind} ${event.name}${why === "" ? "" : ` (${why})`}`);
  };
  return { ...hand, log, app, onEvent };
}

const address = addressOf<ReturnType<typeof applicationController>>;

spec("the order of starts follows the needs, and else the order given", () => {
  const names = (specs: Parameters<typeof startOrder>[0]) => startOrder(specs).map(({ name }) => name);
  assert.equal(names([]), []);
  assert.equal(names([{ name: "a" }, { name: "b" }]), ["a", "b"]);
  assert.equal(names([{ name: "a", needs: ["c"] }, { name: "b" }, { name: "c", needs: ["b"] }]), [
    "b",
    "c",
    "a",
  ]);
});

spec(
  "what cannot be put in order is refused: all unknown needs and doubles at once, a cycle by its names",
  () => {
    const refused = (specs: Parameters<typeof startOrder>[0]) => {
      try {
        startOrder(specs);
      } catch (error) {
        return (error as StartOrderError).problems;
      }
      return undefined;
    };
    assert.equal(
      refused([{ name: "a", needs: ["b", "c"] }, { name: "b" }, { name: "b" }, { name: "d", needs: ["e"] }]),
      ['"b" is there twice', '"a" needs "c", which is not there', '"d" needs "e", which is not there'],
    );
    assert.equal(refused([{ name: "a", needs: ["a"] }]), ["a cycle: a needs a"]);
    assert.equal(
      refused([
        { name: "x", needs: ["a"] },
        { name: "a", needs: ["b"] },
        { name: "b", needs: ["c"] },
        { name: "c", needs: ["a"] },
      ]),
      ["a cycle: a needs b needs c needs a"],
    );
    assert.throws(
      () => applicationController([{ name: "a", needs: ["a"], start: () => undefined as never }]),
      (error: unknown) => error instanceof StartOrderError,
    );
  },
);

spec(
  "applications are started one after the other and stopped in reverse, each with its own last words",
  () => {
    const { cell, client, app, log, onEvent, trace, until } = setUp();
    client(function* (self) {
      const specs = [
        app("web", ["store", "net"]),
        app("net", [], "permanent", "waits"),
        app("store", ["net"]),
      ];
      const controller = yield* startServer(self, applicationController(specs, { onEvent }), undefined);
      trace.push(
        `ready at ${self.nowUs() / 1000}`,
        (yield* call(self, controller, { type: "which" })).join(" "),
      );
      log.push("--");
      yield* stop(self, controller, "shutdown");
    });
    until(300);
    assert.equal(trace, ["ready at 100", "net store web"]);
    const up = log.slice(0, log.indexOf("--"));
    assert.equal(up, [
      "start net",
      "started net",
      "start store",
      "started store",
      "start web",
      "started web",
    ]);
    const down = log.slice(log.indexOf("--") + 1);
    const words = (name: string) => [
      `prepare ${name}`,
      `${name} asked to shutdown`,
      `stop ${name}`,
      `stopped ${name}`,
    ];
    assert.equal(down, ["web", "store", "net"].flatMap(words));
    assert.is(cell.processCount, 0);
    assert.is(cell.timerCount, 0);
  },
);

for (const [way, why] of [
  ["throws", "Error: no power"],
  ["hangs", "timeout"],
  ["noPid", "TypeError: the start of store gave back no pid"],
  ["server", "StartError: start of bench: failed (not today)"],
] as const) {
  spec(
    `a start that ${way === "noPid" ? "gives no pid" : way === "server" ? "waits for a server that refuses" : way} undoes what was started, and is the controller's failure`,
    () => {
      const { cell, client, app, log, onEvent, trace, until } = setUp();
      client(function* (self) {
        const specs = [
          app("net"),
          app("bus"),
          app("store", ["net"], "permanent", way),
          app("web", ["store"]),
        ];
        trace.push(yield* outcome(startServer(self, applicationController(specs, { onEvent }), undefined)));
      });
      until(2000);
      const about = way === "hangs" ? "start of store: timeout" : `start of store: failed (${why})`;
      assert.equal(trace, [`failed: StartError: ${about}`]);
      assert.equal(
        log.filter((line) => /^(start|stop)/.test(line)),
        [
          "start net",
          "started net",
          "start bus",
          "started bus",
          "start store",
          `startFailed store (${why})`,
          "stop bus",
          "stopped bus",
          "stop net",
          "stopped net",
        ],
      );
      assert.is(cell.processCount, 0);
      assert.is(cell.timerCount, 0);
    },
  );
}

const ends: readonly [ApplicationType, ExitReason, boolean][] = [
  ["permanent", "normal", true],
  ["permanent", "shutdown", true],
  ["permanent", { error: "worn out", stack: "" }, true],
  ["transient", "normal", false],
  ["transient", { shutdown: "done" }, false],
  ["transient", { error: "worn out", stack: "" }, true],
  ["temporary", "normal", false],
  ["temporary", { error: "worn out", stack: "" }, false],
];
for (const [type, reason, all] of ends) {
  spec(
    `a ${type} application that ends for ${describeReason(reason)} ${all ? "stops all" : "leaves the others"}`,
    () => {
      const { cell, client, app, log, onEvent, trace, until } = setUp();
      client(function* (self) {
        const specs = [app("net"), app("job", [], type), app("web")];
        const controller = yield* startServer(self, applicationController(specs, { onEvent }), undefined);
        const ref = self.monitor(controller);
        self.send("job", { type: "end", reason });
        const down = yield* self.receive(ref, { within: 50 });
        trace.push(down?.type === "down" ? describeReason(down.reason) : "goes on");
        if (down === undefined) trace.push((yield* call(self, controller, { type: "which" })).join(" "));
      });
      until(100);
      const word = describeReason(reason);
      assert.equal(trace, all ? [word] : ["goes on", "net web"]);
      assert.ok(log.includes(`ended job (${word})`));
      assert.ok(log.includes("stop job"));
      assert.is(log.includes("stopped net"), all);
      if (all) assert.is(cell.processCount, 0);
    },
  );
}

spec("a top process that dies as soon as it was started counts as ended by itself", () => {
  const { client, app, log, onEvent, trace, until } = setUp();
  client(function* (self) {
    const specs = [app("net"), app("job", [], "temporary", "dies")];
    const controller = yield* startServer(self, applicationController(specs, { onEvent }), undefined);
    trace.push((yield* call(self, controller, { type: "which" })).join(" "));
  });
  until(10);
  assert.equal(trace, ["net"]);
  assert.ok(
    log.some((line) => line.startsWith("ended job (")),
    `${log}`,
  );
});

spec("a top process that does not listen is killed at its limit", () => {
  const { cell, client, app, log, clock, until } = setUp();
  let atMs = 0;
  client(function* (self) {
    const controller = yield* startServer(
      self,
      applicationController([app("net", [], "permanent", "deaf")]),
      undefined,
    );
    yield* stop(self, controller);
    atMs = clock.now() / 1000;
  });
  until(1000);
  assert.is(atMs, 200);
  assert.equal(log, ["start net", "prepare net", "stop net"]);
  assert.is(cell.processCount, 0);
});

spec("a stop function that hangs is cut off; the others are stopped all the same", () => {
  const { cell, client, app, log, until } = setUp();
  client(function* (self) {
    const hangs: ApplicationSpec = {
      ...app("store"),
      *stop(self) {
        for (;;) yield* self.sleep(60_000);
      },
    };
    const controller = yield* startServer(self, applicationController([app("net"), hangs]), undefined);
    yield* stop(self, controller, "normal", { within: 20_000 });
  });
  until(10_000);
  assert.is(log.at(-1), "stop net");
  assert.is(cell.processCount, 0);
});

spec(
  "applications are started and stopped by order while others run: with what they need, after what needs them",
  () => {
    const { client, app, onEvent, log, trace, until } = setUp();
    client(function* (self) {
      const specs = [
        app("net"),
        app("store", ["net"]),
        app("web", ["store"]),
        app("job"),
        app("faulty", ["job"], "permanent", "throws"),
      ];
      const options = { autostart: ["net"], onEvent };
      const controller = yield* startServer(self, applicationController(specs, options), undefined);
      const which = function* () {
        trace.push((yield* call(self, controller, { type: "which" })).join(" "));
      };
      yield* which();
      trace.push(JSON.stringify(yield* call(self, controller, { type: "start", name: "web" })));
      yield* which();
      trace.push(JSON.stringify(yield* call(self, controller, { type: "start", name: "web" })));
      trace.push(JSON.stringify(yield* call(self, controller, { type: "stop", name: "store" })));
      yield* which();
      trace.push(JSON.stringify(yield* call(self, controller, { type: "stop", name: "store" })));
      trace.push(JSON.stringify(yield* call(self, controller, { type: "start", name: "nobody" })));
      trace.push(JSON.stringify(yield* call(self, controller, { type: "start", name: "faulty" })));
      yield* which();
      trace.push(JSON.stringify(yield* call(self, controller, { type: "start", name: "store" })));
      yield* which();
    });
    until(10);
    assert.equal(trace, [
      "net",
      '"ok"',
      "net store web",
      '"ok"',
      '"ok"',
      "net",
      '{"refused":"\\"store\\" does not run"}',
      '{"refused":"there is no \\"nobody\\""}',
      '{"refused":"start of faulty: failed (Error: no power)"}',
      "net",
      '"ok"',
      "net store",
    ]);
    assert.ok(log.indexOf("stopped web") < log.indexOf("stopped store"));
    assert.throws(() => applicationController([app("a")], { autostart: ["b"] }), /no application "b"/);
  },
);

spec("nothing is left running when the controller is killed", () => {
  const { cell, client, app, log, until } = setUp();
  const pid = cell.spawn(serverBody(applicationController([app("net"), app("store")])), [undefined]);
  client(function* (self) {
    yield* call(self, address(pid), { type: "which" });
    self.send(pid, undefined);
    self.send(pid, { type: "top", name: "net", pid: self.pid });
    yield* call(self, address(pid), { type: "which" });
    self.kill(pid);
  });
  until(1000);
  assert.is(cell.processCount, 0);
  assert.ok(log.includes("net asked to shutdown"));
  assert.ok(log.includes("stop store"));
});
