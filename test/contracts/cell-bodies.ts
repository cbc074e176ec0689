/** First processes of the cells that the contract is tested with: loaded by name, into whatever runs cells. */
import type { ExitReason } from "../../runtime/process/exit-reason.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { DownMessage, ExitMessage } from "../../runtime/process/signal.ts";

/** What every body understands; `do` lets a test tell an idle process what to do next. */
export type BodyMessage =
  | { readonly type: "ask"; readonly from: Pid; readonly n: number }
  | { readonly type: "answer"; readonly n: number }
  | { readonly type: "number"; readonly n: number }
  | { readonly type: "go" }
  | { readonly type: "end"; readonly how: "normal" | "crash" | "shutdown" };

/** Where all of them report to. */
export const REPORT = "report";

export function* idle(self: Self<BodyMessage>): ProcessGenerator {
  yield* ending(self);
}

/** Answers until it is told to end. */
export function* echo(self: Self<BodyMessage>): ProcessGenerator {
  for (;;) {
    const message = yield* self.receive();
    if (message.type === "ask") self.send(message.from, { type: "answer", n: message.n });
    else if (message.type === "end") return;
  }
}

/** Asks `count` times, one after the other, and says whether all answers were right. */
export function* asker(self: Self<BodyMessage>, other: Pid, count: number): ProcessGenerator {
  for (let n = 0; n < count; n++) {
    self.send(other, { type: "ask", from: self.pid, n });
    const answer = yield* self.receive("answer", { within: 20_000 });
    if (answer?.n !== n) {
      self.send(REPORT, `no answer to ${n}`);
      return;
    }
  }
  self.send(REPORT, `${count} answers`);
  yield* ending(self);
}

/** Says when it runs, and how it was told to end. */
export function* mortal(self: Self<BodyMessage>, name: string): ProcessGenerator {
  self.register(name);
  self.send(REPORT, `${name} runs`);
  yield* ending(self);
}

/** Tells of what it watches, and what it knows of the name at that moment. */
export function* watcher(self: Self<BodyMessage>, target: Pid, name: string): ProcessGenerator {
  self.trapExit();
  self.monitor(target);
  self.link(target);
  self.send(REPORT, "watches");
  const heard: string[] = [];
  while (heard.length < 2) {
    const message = yield* self.receive(["down", "exit"]);
    const found = self.whereis(name) === undefined ? "free" : "taken";
    heard.push(`${message.type} ${print(message.reason)}, name ${found}`);
  }
  // Exit and down of one end come in no promised order.
  for (const line of heard.sort()) self.send(REPORT, line);
  yield* ending(self);
}

/** Spawns a process that sends `count` numbers to `to` and then ends; stays alive itself. */
export function* streamer(self: Self<BodyMessage>): ProcessGenerator {
  const { from: to, n: count } = (yield* self.receive("ask")) as Extract<BodyMessage, { type: "ask" }>;
  const child = self.spawn(stream, [to, count]);
  self.send(to, { type: "pid", pid: child });
  yield* ending(self);
}

function* stream(self: Self<BodyMessage>, to: Pid, count: number): ProcessGenerator {
  // Until the other side watches, or the end would only be `noproc`.
  yield* self.receive("go");
  for (let n = 0; n < count; n++) self.send(to, { type: "number", n });
  throw new Error("done");
}

/** Follows a stream: numbers in order, then the end, and nothing after it. */
export function* listener(self: Self<BodyMessage | { type: "pid"; pid: Pid }>, source: Pid, count: number) {
  self.send(source, { type: "ask", from: self.pid, n: count });
  const { pid } = yield* self.receive("pid");
  self.monitor(pid);
  self.send(pid, { type: "go" });
  let expected = 0;
  for (;;) {
    const message = yield* self.receive(["number", "down"]);
    if (message.type === "down") {
      self.send(REPORT, `${expected} in order, then ${print(message.reason)}`);
      break;
    }
    if (message.n !== expected++) self.send(REPORT, `${message.n} out of order`);
  }
  yield* ending(self as Self<BodyMessage>);
}

/** Sends `count` numbers and ends, and its cell with it. */
export function* lastWords(self: Self<BodyMessage>, to: Pid, count: number): ProcessGenerator {
  yield* self.receive("go");
  for (let n = 0; n < count; n++) self.send(to, { type: "number", n });
  throw new Error("last words said");
}

/** Counts numbers until the cell they come from has ended. */
export function* mourner(self: Self<BodyMessage>, talker: Pid | undefined): ProcessGenerator {
  const source = talker ?? ((yield* self.receive("ask")) as { from: Pid }).from;
  self.monitor(source);
  self.send(source, { type: "go" });
  for (let count = 0; ; count++) {
    const message = yield* self.receive(["number", "down"]);
    if (message.type !== "down") continue;
    self.send(REPORT, `${count} numbers, then ${print(message.reason)}`);
    break;
  }
  yield* ending(self);
}

/** Takes a name that may be taken, when told. */
export function* claimant(self: Self<BodyMessage>, name: string): ProcessGenerator {
  yield* self.receive("go");
  self.register(name);
  self.send(REPORT, `claimed ${name}`);
  yield* ending(self);
}

/** Links to a process of another cell and dies with it, or not. */
export function* linked(self: Self<BodyMessage>, target: Pid): ProcessGenerator {
  self.link(target);
  self.send(REPORT, "linked");
  yield* ending(self);
}

/** Links and unlinks, watches and stops watching: then it hears nothing. */
export function* estranged(self: Self<BodyMessage>, target: Pid): ProcessGenerator {
  self.trapExit();
  self.link(target);
  const ref = self.monitor(target);
  self.demonitor(ref);
  self.unlink(target);
  self.send(REPORT, "estranged");
  yield* self.receive("go");
  const heard = yield* self.receive(["down", "exit"], { within: 50 });
  self.send(REPORT, heard === undefined ? "heard nothing" : `heard ${heard.type}`);
}

/** Tells what `monitor` says about a pid that is of no use any more. */
export function* monitorsTheDead(self: Self<BodyMessage>, dead: Pid): ProcessGenerator {
  self.send(dead, { type: "end", how: "crash" });
  self.trapExit();
  self.monitor(dead);
  self.link(dead);
  const down = (yield* self.receive("down")) as DownMessage;
  const exit = (yield* self.receive("exit")) as ExitMessage;
  self.send(REPORT, `down ${print(down.reason)}, exit ${print(exit.reason)}`);
  yield* ending(self);
}

interface Bag {
  readonly type: "bag";
  readonly map: ReadonlyMap<Pid, { readonly to: Pid }>;
  readonly set: ReadonlySet<Pid>;
  readonly deep: { readonly list: readonly (Pid | undefined)[]; self?: unknown };
  readonly error: Error;
}

/** Answers over every pid of a bag, wherever it was in it. */
export function* unpacker(self: Self<Bag>): ProcessGenerator {
  const { map, set, deep, error } = (yield* self.receive("bag")) as Bag;
  const [[key, { to }]] = [...map] as [[Pid, { to: Pid }]];
  self.send(key, "by a key of a Map");
  self.send(to, "by a value of a Map");
  for (const pid of set) self.send(pid, "by a Set");
  self.send(deep.list[1]!, `by a list after ${deep.list[0]}`);
  self.send((error.cause as { pid: Pid }).pid, `by the cause of ${error.message}`);
  const inner = deep.self as Bag;
  self.send(inner.deep.list[1]!, inner.deep === deep ? "round the cycle" : "the cycle is broken");
  self.send(REPORT, [key, to, ...set, deep.list[1]].every((pid) => pid === key) ? "one pid" : "many pids");
  self.monitor(key);
  self.send(REPORT, `monitored ${key}`);
  yield* self.receive("down" as never);
}

/** Puts its own pid into every corner of a message and reports what comes back. */
export function* packer(self: Self<string>, other: Pid): ProcessGenerator {
  const { pid } = self;
  const bag: Bag = {
    type: "bag",
    map: new Map([[pid, { to: pid }]]),
    set: new Set([pid]),
    deep: { list: [undefined, pid] },
    error: new Error("nothing", { cause: { pid } }),
  };
  bag.deep.self = bag;
  self.send(other, bag);
  for (let n = 0; n < 6; n++) {
    const message = yield* self.receive((m): m is string => typeof m === "string", { within: 20_000 });
    self.send(REPORT, `${message}`);
  }
  yield* self.receive();
}

/** Tries to send what cannot be sent to another cell, and says why it could not. */
export function* smuggler(self: Self<BodyMessage>, other: Pid): ProcessGenerator {
  const attempts: unknown[] = [
    { readings: [1, 2, { callback() {} }] },
    new Map([["k", Promise.resolve()]]),
    { self },
    Symbol("s"),
  ];
  for (const attempt of attempts) {
    try {
      self.send(other, attempt);
      self.send(REPORT, "sent");
    } catch (error) {
      self.send(REPORT, (error as Error).message);
    }
  }
  yield* ending(self);
}

/** Kills what it is told to kill. */
export function* killer(self: Self<BodyMessage>, victim: Pid): ProcessGenerator {
  self.trapExit();
  self.link(victim);
  self.kill(victim);
  const exit = (yield* self.receive("exit")) as ExitMessage;
  self.send(REPORT, `victim ${print(exit.reason)}`);
  yield* ending(self);
}

/** Never to be started: the cell that names it fails to load. */
export const notAFunction = 5;

/** Waits for the one message behind many others that it does not want yet. */
export function* patient(self: Self<BodyMessage>, others: number): ProcessGenerator {
  const answer = (yield* self.receive("answer")) as { n: number };
  let numbers = 0;
  while ((yield* self.receive("number", { within: 0 })) !== undefined) numbers++;
  self.send(REPORT, `answer ${answer.n} behind ${numbers} of ${others}`);
  yield* ending(self);
}

/** Sends the many, then the one. */
export function* buries(self: Self<BodyMessage>, to: Pid, others: number): ProcessGenerator {
  for (let n = 0; n < others; n++) self.send(to, { type: "number", n });
  self.send(to, { type: "answer", n: 1 });
  yield* ending(self);
}

/** Spawns in another cell, talks to what it got, and sees it end. */
export function* farSpawner(self: Self<BodyMessage>, where: string): ProcessGenerator {
  const module = new URL("./cell-bodies.js", import.meta.url).href;
  const pid = yield* self.spawnIn(where, { module, name: "echo" }, [], { label: "far" });
  const ref = self.monitor(pid);
  self.send(pid, { type: "ask", from: self.pid, n: 7 });
  const answer = (yield* self.receive("answer")) as { n: number };
  self.send(REPORT, `${pid} answers ${answer.n}`);
  self.send(pid, { type: "end", how: "normal" });
  const down = (yield* self.receive(ref)) as DownMessage;
  self.send(REPORT, `it ended: ${print(down.reason)}`);
  yield* ending(self);
}

/** Tries to spawn what or where it cannot. */
export function* vainSpawner(self: Self<BodyMessage>, where: string): ProcessGenerator {
  const module = new URL("./cell-bodies.js", import.meta.url).href;
  const attempts = [
    { cell: "nowhere", body: { module, name: "echo" } },
    { cell: "kernel", body: { module, name: "echo" } },
    { cell: where, body: { module, name: "notAFunction" } },
  ];
  for (const { cell, body } of attempts) {
    try {
      yield* self.spawnIn(cell, body);
      self.send(REPORT, "spawned");
    } catch (error) {
      self.send(REPORT, (error as Error).message.replace(/file:.*\//, ""));
    }
  }
  yield* ending(self);
}

export function print(reason: ExitReason): string {
  return typeof reason === "object" && "cell" in reason
    ? `{cell ${reason.cell}, ${describeReason(reason.cause)}}`
    : describeReason(reason);
}

function* ending(self: Self<BodyMessage>): ProcessGenerator {
  const { how } = (yield* self.receive("end")) as Extract<BodyMessage, { type: "end" }>;
  if (how === "crash") throw new Error("told to crash");
  if (how === "normal") return;
  self.exit(self.pid, "shutdown");
  yield* self.receive("go");
}
