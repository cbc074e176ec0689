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
    onAnswer: () => log.push("answer"),
    onRefused: (filter) => log.push(`refused ${filter}`),
  });
  return { log, subscriptions };
}

spec(
  "what was refused is asked for again until it is granted, and told once",
  async (t) => {
    const { log, subscriptions } = connection([[0x80, 0], [0x87], [1]]);
    t.defer(() => subscriptions.end());
    subscriptions.start();
    equal(log, ["b/+/set:1 b/link/+:0", "refused b/+/set", "answer"]);
    await until("asked twice more", () => log.length === 5, 8000);
    equal(log.slice(3), ["b/+/set:1", "b/+/set:1"]);
  },
  { limitMs: 12_000 },
);

spec(
  "a connection that is lost before the answer has nothing, and after its end nothing is asked",
  async () => {
    const { log, subscriptions } = connection([undefined]);
    subscriptions.start();
    equal(log, ["b/+/set:1 b/link/+:0", "refused b/+/set", "refused b/link/+", "answer"]);
    subscriptions.end();
    await new Promise((done) => setTimeout(done, 1200));
    equal(log.length, 4, "nothing else happened");
  },
);
