import { equal } from "uvu/assert";
import { Subscriptions } from "../../deploy/mqtt/subscriptions.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";

/** A connection that answers each SUBSCRIBE with the codes that come next; none: it is lost before the answer. */
function connection(answers: readonly (readonly number[] | undefined)[]) {
  const log: string[] = [];
  const left = [...answers];
  const subscribe = (request: Record<string, { qos: number }>, done: (...args: unknown[]) => void) => {
    log.push(
      Object.entries(request)
        .map(([filter, { qos }]) => `${filter}:${qos}`)
        .join(" "),
    );
    const granted = left.shift();
    done(null, [], granted && { granted });
  };
  const subscriptions = new Subscriptions({
    client: { subscribe } as never,
    wanted: new Map([
      ["b/+/set", 1],
      ["b/link/+", 0],
    ]),
    onReady: () => log.push("ready"),
    onRefused: (filter) => log.push(`refused ${filter}`),
    onSilent: () => log.push("silent"),
  });
  return { log, subscriptions };
}

spec(
  "what was refused is asked for again and told once; two more answers are waited for, then the connection is used without",
  async (t) => {
    const { log, subscriptions } = connection([[0x80, 0], [0x87], [0x87], [1]]);
    t.defer(() => subscriptions.end());
    subscriptions.start();
    equal(log, ["b/+/set:1 b/link/+:0", "refused b/+/set"]);
    await until("asked three times more", () => log.length === 6, 15_000);
    equal(log.slice(2), ["b/+/set:1", "b/+/set:1", "ready", "b/+/set:1"]);
  },
  { limitMs: 20_000 },
);

spec("all that is granted at once is ready at once; what is granted later, then", async (t) => {
  const good = connection([[1, 0]]);
  good.subscriptions.start();
  equal(good.log, ["b/+/set:1 b/link/+:0", "ready"]);
  const slow = connection([[0x80, 0], [1]]);
  t.defer(() => slow.subscriptions.end());
  slow.subscriptions.start();
  await until("ready", () => slow.log.length === 4);
  equal(slow.log, ["b/+/set:1 b/link/+:0", "refused b/+/set", "b/+/set:1", "ready"]);
});

spec(
  "a connection that is lost before the answer is no refusal, and after its end nothing is asked",
  async () => {
    const lost = connection([undefined]);
    lost.subscriptions.start();
    equal(lost.log, ["b/+/set:1 b/link/+:0"]);
    const refused = connection([[0x80, 0]]);
    refused.subscriptions.start();
    for (const { subscriptions } of [lost, refused]) subscriptions.end();
    await new Promise((done) => setTimeout(done, 1200));
    equal([lost.log.length, refused.log.length], [1, 2], "nothing else happened");
  },
);

spec("a broker that never answers is told of once; one that does, and one that is over, never", async (t) => {
  const log: string[] = [];
  const asking = (name: string, subscribe: (...args: readonly unknown[]) => void) => {
    const subscriptions = new Subscriptions({
      client: { subscribe: (_: object, done: (...args: unknown[]) => void) => subscribe(done) } as never,
      wanted: new Map([["b/+/set", 1]]),
      onReady: () => log.push(`${name} ready`),
      onRefused: () => {},
      onSilent: () => log.push(`${name} silent`),
      answerMs: 40,
    });
    t.defer(() => subscriptions.end());
    subscriptions.start();
    return subscriptions;
  };
  asking("good", (done) => (done as (...args: unknown[]) => void)(null, [], { granted: [1] }));
  asking("over", () => {}).end();
  asking("mute", () => {});
  await until("it is told", () => log.length === 2);
  await new Promise((done) => setTimeout(done, 120));
  equal(log, ["good ready", "mute silent"], "nothing else happened");
});
