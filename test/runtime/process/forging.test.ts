/** Everything somebody may try who has no pid, or has one and wants another. */
import { inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import * as assert from "uvu/assert";
import type { CellCounts, Peer } from "../../../runtime/process/cell-contract.ts";
import { pack } from "../../../runtime/process/pack.ts";
import { exportPid, importPid, isPid, Pid, type WirePid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Frame, SignalFrame } from "../../../runtime/process/signal.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

/** A process whose every event would be seen, and a cell that counts. */
function target() {
  const hand = handCell();
  const { cell, trace, until } = hand;
  const pid = cell.spawn(function* victim(self: Self<unknown>) {
    self.trapExit();
    for (;;) trace.push(JSON.stringify(yield* self.receive()));
  }, []);
  const posted: Frame[] = [];
  const peer: Peer = { incarnation: 1, post: (frame) => posted.push(frame) > 0 };
  cell.peerUp("thief", peer);
  until(1);
  return { ...hand, pid, wire: exportPid(pid), posted };
}

function counted(counts: CellCounts): Partial<CellCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Objects that look like `pid` to everybody but the runtime. */
function lookalikes(pid: Pid): readonly [string, unknown][] {
  const { board, cell, incarnation, number } = pid;
  const fields = { board, cell, incarnation, number };
  return [
    ["its text", `${pid}`],
    ["its fields", fields],
    ["its fields and a key", { ...fields, key: "0".repeat(32) }],
    ["its own properties", { ...pid }],
    ["JSON", JSON.parse(JSON.stringify({ pid })).pid],
    ["v8 serialisation", deserialize(serialize(pid))],
    ["structured cloning", structuredClone(pid)],
    ["its prototype", Object.create(Pid.prototype)],
    ["fields with its prototype", Object.setPrototypeOf({ ...fields }, Pid.prototype)],
    ["an heir", Object.create(pid)],
    ["a proxy", new Proxy(pid, {})],
    ["nothing", null],
    ["nobody", undefined],
    ["a number", number],
  ];
}

spec(
  "nothing that only looks like a pid can be sent to, linked, watched, ended or timed; each try is counted",
  () => {
    const { cell, trace, pid, until } = target();
    const thief = cell.spawn(function* thief(self: Self<unknown>) {
      yield* self.receive();
    }, []);
    until(1);
    const record = [...cell.processes()].find((process) => process.pid === thief)!;
    let tries = 0;
    for (const [what, fake] of lookalikes(pid)) {
      if (typeof fake === "string") continue; // Names are strings; nobody has this one.
      const forged = fake as Pid;
      for (const attempt of [
        () => cell.post(forged, "x"),
        () => cell.link(record, forged),
        () => cell.unlink(record, forged),
        () => cell.monitor(record, forged),
        () => cell.exit(record, forged, "kill"),
        () => cell.sendAfter(1, forged, "x"),
      ]) {
        assert.not(isPid(fake), what);
        assert.throws(attempt, /this is no pid/, what);
        tries++;
      }
    }
    cell.post(`${pid}`, "x");
    until(2);
    assert.equal(trace, []);
    assert.equal(counted(cell.counts), { forged: tries, dead: 1 });
    assert.is(cell.timerCount, 0);
  },
);

spec(
  "what only looks like a pid does not travel as one: as data at most, else refused with its place",
  () => {
    const { cell, pid, until, crashes } = target();
    const got: unknown[] = [];
    const reader = cell.spawn(function* reader(self: Self<unknown>) {
      for (;;) got.push(yield* self.receive());
    }, []);
    for (const [what, fake] of lookalikes(pid)) {
      if (what.includes("prototype") || what === "an heir") {
        assert.throws(
          () => cell.post(reader, { deep: [fake] }),
          /^message\.deep\[0\]: an instance of Pid/,
          what,
        );
        assert.throws(() => pack({ deep: [fake] }), /^message\.deep\[0\]: an instance of Pid/, what);
      } else if (what !== "a proxy") {
        cell.post(reader, { fake });
        assert.equal(pack({ fake }).packed.pids, [], what);
      }
    }
    until(2);
    assert.not(got.some((message) => isPid((message as { fake: unknown }).fake)));
    assert.equal(crashes, []);
  },
);

spec("a pid is not changed, and none is made, by who holds one", () => {
  const { pid } = target();
  for (const field of ["board", "cell", "incarnation", "number"]) {
    assert.throws(() => Object.assign(pid, { [field]: 9 }), TypeError);
  }
  const Made = (pid as unknown as { constructor: new (...args: unknown[]) => Pid }).constructor;
  assert.throws(() => new Made("bench", "hand", 1, 1, "0".repeat(32)), /a pid is given, not made/);
  assert.throws(() => new Made(Symbol("mint"), { ...pid }, 1), /a pid is given, not made/);
  assert.throws(() => Object.assign(Pid.prototype, { toString: () => "<mine>" }), TypeError);
});

spec(
  "guessed numbers and altered keys reach nobody: forged for the living and the unborn, dead for the dead",
  () => {
    const { cell, trace, pid, wire, until } = target();
    const brief = exportPid(cell.spawn(function* brief() {}, []));
    until(1);
    const deliver = (to: WirePid) =>
      cell.deliver({ kind: "message", to, packed: pack("x").packed, deadlineUs: 0, band: 2, bytes: 8 });
    const altered = `${wire.key[0] === "0" ? "1" : "0"}${wire.key.slice(1)}`;
    for (const key of ["", "0".repeat(32), altered, wire.key.slice(1), `${wire.key} `]) {
      deliver({ ...wire, key });
    }
    const keys = 5;
    assert.is(cell.counts.forged, keys);
    for (let number = 3; number < 50; number++) deliver({ ...wire, number });
    assert.is(cell.counts.forged, keys + 47);
    deliver({ ...wire, number: -1 });
    deliver(brief);
    deliver({ ...wire, number: brief.number });
    assert.equal([cell.counts.forged, cell.counts.dead], [keys + 47, 3]);
    until(2);
    assert.equal(trace, [], "only the key itself opens");
    assert.is(String(pid), "<bench.hand.1>");
  },
);

spec("a pid of a former life of the cell reaches nobody, with the very key its successor's had", () => {
  const { cell, trace, wire, until } = target();
  for (const incarnation of [0, 2, 7]) {
    const to = { ...wire, incarnation };
    cell.deliver({ kind: "message", to, packed: pack("x").packed, deadlineUs: 0, band: 2, bytes: 8 });
    cell.deliver({ kind: "exit", to, from: { ...wire, cell: "thief" }, reason: "kill" });
  }
  until(2);
  assert.equal(trace, []);
  assert.equal(counted(cell.counts), { dead: 6 });
});

spec("forged signals have no effect, are counted, and are answered as the dead would answer", () => {
  const { cell, trace, wire, posted, until } = target();
  const from: WirePid = { board: "bench", cell: "thief", incarnation: 1, number: 1, key: "a".repeat(32) };
  const signals = (to: WirePid): SignalFrame[] => [
    { kind: "link", to, from, id: "thief.1.1" },
    { kind: "unlink", to, from, ids: ["thief.1.1"] },
    { kind: "monitor", to, from, ref: 5 },
    { kind: "demonitor", to, from, ref: 5 },
    { kind: "exit", to, from, reason: "kill" },
    { kind: "exit", to, from, reason: "shutdown", links: ["thief.1.1"] },
    { kind: "down", to, from, ref: 5, reason: "killed" },
  ];
  const answers = (to: WirePid) => {
    posted.length = 0;
    for (const frame of signals(to)) cell.deliver(frame);
    return posted.map((frame) =>
      frame.kind === "exit" || frame.kind === "down" ? `${frame.kind} ${frame.reason}` : frame.kind,
    );
  };
  const wrongKey = answers({ ...wire, key: "0".repeat(32) });
  assert.equal(counted(cell.counts), { forged: 7 });
  const unborn = answers({ ...wire, number: 99 });
  assert.equal(counted(cell.counts), { forged: 14 });
  const formerLife = answers({ ...wire, incarnation: 0 });
  assert.equal(counted(cell.counts), { forged: 14, dead: 7 });
  assert.equal(wrongKey, ["exit noproc", "down noproc"]);
  assert.equal(unborn, wrongKey, "a guess does not learn who lives");
  assert.equal(formerLife, wrongKey);
  until(2);
  assert.equal(trace, []);
  const record = [...cell.processes()][0]!;
  assert.is(record.abroad, undefined, "it is not bound to anybody");
});

spec("a signal that names itself as somebody's end does not cut what it does not know", () => {
  const { cell, trace, wire, until } = target();
  const from: WirePid = { board: "bench", cell: "thief", incarnation: 1, number: 1, key: "a".repeat(32) };
  cell.deliver({ kind: "link", to: wire, from, id: "thief.1.1" });
  cell.deliver({ kind: "exit", to: wire, from, reason: "shutdown", links: ["thief.1.2"] });
  cell.deliver({ kind: "down", to: wire, from, ref: 1, reason: "shutdown" });
  until(2);
  assert.equal(trace, []);
});

spec("a body with what placeholders look like brings no pid along", () => {
  const { cell, wire, until } = target();
  const got: unknown[] = [];
  const pid = cell.spawn(function* reader(self: Self<unknown>) {
    for (;;) got.push(yield* self.receive());
  }, []);
  const message = {
    empty: {},
    body: {},
    placeholders: [{}],
    pids: [{ ...wire, key: "0".repeat(32) }],
    packed: { body: {}, placeholders: [{}], pids: [wire.number] },
  };
  const { packed } = structuredClone(pack(message));
  cell.deliver({ kind: "message", to: exportPid(pid), packed, deadlineUs: 0, band: 2, bytes: 8 });
  until(2);
  assert.equal(got, [message]);
});

/** Every way by which text or bytes come out of a value. */
function outlets(value: unknown): string {
  return [
    String(value),
    JSON.stringify(value),
    JSON.stringify({ value }),
    inspect(value, { depth: 9, showHidden: true, getters: true, showProxy: true }),
    inspect([new Map([[value, new Error("x", { cause: value })]])], { depth: 9, showHidden: true }),
    serialize(value).toString("latin1"),
    inspect(structuredClone(value), { depth: 9 }),
    Reflect.ownKeys(value as object).join(),
    Object.entries(value as object).join(),
    inspect(Object.getOwnPropertyDescriptors(value)),
  ].join("\n");
}

spec("no way of printing or copying a pid shows its key", () => {
  const { pid, wire } = target();
  const foreign = importPid({ ...wire, cell: "there" });
  for (const each of [pid, foreign]) assert.not(outlets(each).includes(wire.key));
  assert.is(inspect({ pid }), "{ pid: <bench.hand.1> }");
  assert.is(JSON.stringify({ pid }), '{"pid":"<bench.hand.1>"}');
  assert.equal(Reflect.ownKeys(pid), []);
});

spec("no error and no crash report shows a key", () => {
  const { cell, pid, wire, until, crashes } = target();
  const texts: string[] = [];
  const note = (attempt: () => void) => {
    try {
      attempt();
    } catch (error) {
      texts.push(inspect(error, { depth: 9 }));
    }
  };
  cell.spawn(function* holder(self: Self<unknown>) {
    self.register("door");
    yield* self.receive();
  }, []);
  cell.spawn(function* second(self: Self<unknown>) {
    note(() => self.register("door"));
    note(() => self.send(pid, { pid, bad: () => pid }));
    note(() => self.send(pid, new Map([[pid, Promise.resolve()]])));
    note(() => self.send({ ...wire } as unknown as Pid, 1));
    throw Object.assign(new Error(`${pid} ${JSON.stringify(pid)} ${inspect(pid)}`, { cause: pid }), { pid });
  }, []);
  until(2);
  assert.is(texts.length, 4);
  assert.is(crashes.length, 1);
  assert.not([...texts, inspect(crashes, { depth: 9 })].some((text) => text.includes(wire.key)));
});
