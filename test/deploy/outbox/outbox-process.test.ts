import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { MOST_WAITING, OutboxClient } from "../../../deploy/outbox/outbox-client.ts";
import type { FromOutbox, SomeRecords } from "../../../deploy/outbox/outbox-messages.ts";
import { FIRST_KEY, type OutboxRecord, parseKey } from "../../../deploy/outbox/record.ts";
import { runs } from "../../end-to-end/processes.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { PROGRAM, storeFolder } from "./a-program.ts";
import { killTrial, TRIAL_LIMITS } from "./kill-trial.ts";

const PARENT = fileURLToPath(new URL("parent-main.js", import.meta.url));

/** The board's side of a real process. */
function client(t: SpecContext, folder: string) {
  const messages: FromOutbox[] = [];
  const ended: string[] = [];
  const found = new OutboxClient({
    program: PROGRAM,
    folder,
    limits: TRIAL_LIMITS,
    onMessage: (message) => messages.push(message),
    onEnded: (cause) => ended.push(cause),
  });
  t.defer(() => found.close());
  /** Its first so many, as they come. */
  const read = async (count: number): Promise<number[]> => {
    const some: OutboxRecord[] = [];
    while (some.length < count) {
      const before = messages.length;
      const last = some.at(-1)?.key ?? FIRST_KEY;
      found.read(idOf(messages), last, count);
      const since = (type: FromOutbox["type"]) => messages.slice(before).find((each) => each.type === type);
      await until("it answers", () => since("records") !== undefined, 10_000);
      const { records } = since("records") as SomeRecords;
      some.push(...records);
      if (records.length === 0) await until("there is more", () => since("more") !== undefined, 10_000);
    }
    return some.map(({ body }) => JSON.parse(body).n as number);
  };
  const put = (from: number, to: number) => {
    for (let n = from; n <= to; n++) found.put({ at: null, body: `{"n":${n}}` });
  };
  /** So many of this process are on stable storage. */
  const stored = (count: number) => () =>
    messages.some((message) => message.type === "stored" && parseKey(message.key).number >= count);
  return { client: found, messages, ended, read, put, stored };
}

/** Of the store that answered last. */
function idOf(messages: readonly FromOutbox[]): string {
  return messages.findLast((message) => message.type === "records")?.id ?? "";
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

spec(
  "killed with SIGKILL at any moment it has all that it said to have stored, in order",
  async (t) => {
    const folder = storeFolder(t);
    let stored = 0;
    for (const seed of [0.03, 0.21, 0.48, 0.74, 0.99]) {
      const trial = await killTrial(folder, seed);
      assert.equal(trial.lost, [], JSON.stringify(trial));
      assert.is(trial.disordered, 0);
      stored += trial.stored;
    }
    assert.ok(stored > 200, `${stored} were stored in all`);
  },
  { limitMs: 60_000 },
);

spec(
  "what a board put is there when the board has come again",
  async (t) => {
    const folder = storeFolder(t);
    const first = client(t, folder);
    await until("it has begun", () => first.messages.length > 0, 10_000);
    first.put(1, 300);
    const pid = childOf(process.pid);
    await first.client.close();
    await ended(pid);
    const second = client(t, folder);
    assert.equal(await second.read(300), range(1, 300));
  },
  { limitMs: 40_000 },
);

spec(
  "what its process had been given is written when the runtime is killed",
  async (t) => {
    const folder = storeFolder(t);
    const runtime = spawn(process.execPath, [PARENT, folder, "400"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.defer(() => runtime.kill("SIGKILL"));
    let said = "";
    runtime.stdout.on("data", (data) => {
      said += data;
    });
    await until("all are taken", () => said.includes("taken"), 10_000);
    const pid = childOf(runtime.pid!);
    runtime.kill("SIGKILL");
    await ended(pid);
    const next = client(t, folder);
    assert.equal(await next.read(400), range(1, 400));
  },
  { limitMs: 40_000 },
);

spec(
  "a process that dies is started again, and what it had not taken goes to the next one",
  async (t) => {
    const { client: found, messages, ended, put, read, stored } = client(t, storeFolder(t));
    put(1, 100);
    await until("they are stored", stored(100), 10_000);
    const pid = childOf(process.pid);
    process.kill(pid, "SIGKILL");
    await until("that is seen", () => ended.length === 1);
    assert.match(ended[0]!, /SIGKILL/);
    assert.is(found.facts.fault?.code, "failed");
    put(101, 150);
    const told = () => messages.filter(({ type }) => type === "stored").length;
    const before = told();
    await until("the next one stores them", () => told() > before, 10_000);
    assert.equal(await read(150), range(1, 150));
    await until("the fault is over", () => found.facts.fault === null);
    assert.is(found.facts.dropped, 0);
  },
  { limitMs: 30_000 },
);

spec(
  "a process that is frozen holds nobody up: what waits is bounded, the oldest goes and is counted",
  async (t) => {
    const { client: found, put, read, stored } = client(t, storeFolder(t));
    put(1, 50);
    await until("they are stored", stored(50), 10_000);
    const pid = childOf(process.pid);
    process.kill(pid, "SIGSTOP");
    t.defer(() => process.kill(pid, "SIGCONT"));
    const before = process.cpuUsage();
    put(51, 10_050);
    const { user, system } = process.cpuUsage(before);
    assert.ok(found.facts.records <= MOST_WAITING + 50, JSON.stringify(found.facts));
    const { dropped } = found.facts;
    assert.ok(dropped >= 10_000 - MOST_WAITING, String(dropped));
    process.kill(pid, "SIGCONT");
    await until("all is taken", () => found.facts.records === 10_050 - dropped);
    const there = await read(10_050 - dropped);
    assert.equal(there.slice(0, 50), range(1, 50));
    assert.is(there.at(-1), 10_050);
    // Processor time, far below anything that a control loop would notice on the slowest board; it took some ms here.
    assert.ok(user + system < 2_000_000, `${user + system} us`);
  },
  { limitMs: 30_000 },
);

/** Until a process has written the rest, which may take longer than its board waits: who comes meanwhile may have the store first. */
function ended(pid: number): Promise<void> {
  return until("its process has ended", () => !runs(pid), 20_000);
}

/** The only child of a process. */
function childOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return Number(text.split(" ").at(-1));
}
