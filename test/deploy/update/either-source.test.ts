import { equal, is, match, ok, throws } from "uvu/assert";
import type { ByteSource } from "../../../deploy/update/byte-source.ts";
import { eitherSource, ofSize } from "../../../deploy/update/either-source.ts";
import { UpdateError } from "../../../deploy/update/update-error.ts";
import { updateLimits } from "../../../deploy/update/update-limits.ts";
import { spec } from "../../harness/spec.ts";
import { failureOf } from "./failure-of.ts";

const BYTES = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7) % 251));

/** Writes down what is asked of it; breaks off at byte `endsAt` with `error`. */
function source(name: string, trace: string[], endsAt = Number.POSITIVE_INFINITY, error?: Error): ByteSource {
  return {
    bytes: BYTES.length,
    async *read(from, to) {
      trace.push(`${name} ${from}-${to}`);
      for (let at = from; at < to; at += 100) {
        if (at >= endsAt) throw error ?? new UpdateError("interrupted", `${name} broke off`);
        yield BYTES.subarray(at, Math.min(at + 100, to));
      }
    },
    close: async () => void trace.push(`${name} closed`),
  };
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

spec("where the first way goes the second is not even begun", async () => {
  const trace: string[] = [];
  const either = await eitherSource(
    async () => source("http", trace),
    () => Promise.reject(new Error("it was begun")),
    (why) => trace.push(why),
  );
  ok((await all(either.read(10, 900))).equals(BYTES.subarray(10, 900)));
  await either.close();
  equal(trace, ["http 10-900", "http closed"]);
});

spec("where nobody answers by the first way it comes by the second, and it is said why", async () => {
  const trace: string[] = [];
  const either = await eitherSource(
    () => Promise.reject(new UpdateError("unreachable", "http://desk does not answer")),
    async () => source("mqtt", trace),
    (why) => trace.push(why),
  );
  is(either.bytes, BYTES.length);
  ok((await all(either.read(0, 5000))).equals(BYTES));
  equal(trace, ["http://desk does not answer", "mqtt 0-5000"]);
});

spec("where the first way ends in the middle the second goes on at that byte, and stays", async () => {
  const trace: string[] = [];
  const either = await eitherSource(
    async () => source("http", trace, 1000),
    async () => source("mqtt", trace),
    (why) => trace.push(why),
  );
  ok((await all(either.read(0, 3000))).equals(BYTES.subarray(0, 3000)));
  ok((await all(either.read(3000, 5000))).equals(BYTES.subarray(3000)));
  await either.close();
  const second = ["mqtt 1000-3000", "mqtt 3000-5000", "mqtt closed"];
  equal(trace, ["http 0-3000", "http broke off", "http closed", ...second]);
});

spec(
  "what is of another size than what was offered, or than it was by the first way, is another file",
  async () => {
    const [http, other] = [source("http", [], 1000), { ...source("mqtt", []), bytes: 1 }];
    throws(() => ofSize(other, 5000, "http://desk/x"), /http:\/\/desk\/x has 1 bytes, and 5000 were offered/);
    is(ofSize(http, 5000, "http://desk/x"), http);
    is(ofSize(other, undefined, "mqtt"), other);
    const either = await eitherSource(
      async () => http,
      async () => other,
      () => {},
    );
    const { code, message } = await failureOf(all(either.read(0, 2000)));
    equal([code, message.slice(0, 45)], ["unreachable", "the other way has 1 bytes, and 5000 were offe"]);
  },
);

spec("what another way cannot mend ends it, and so does the second way's end", async () => {
  const failure = (run: Promise<unknown>) =>
    run.then(
      () => "none",
      (error: Error) => error.message,
    );
  const broken = await eitherSource(
    async () => source("http", [], 100, new Error("a defect")),
    () => Promise.reject(new Error("it was begun")),
    () => {},
  );
  match(await failure(all(broken.read(0, 200))), "a defect");
  const both = await eitherSource(
    async () => source("http", [], 100),
    async () => source("mqtt", [], 300),
    () => {},
  );
  match(await failure(all(both.read(0, 500))), "mqtt broke off");
});

spec(
  "how much and how fast a board takes says who brings it, else the configuration, else 512 MB at any speed",
  () => {
    equal(updateLimits({}), { limit: 512e6, rate: undefined });
    const config = { updateLimit: "100MB", updateRate: "500kB" };
    equal(updateLimits(config), { limit: 100e6, rate: 500e3 });
    equal(updateLimits(config, { limit: 1e6, rate: 2e3 }), { limit: 1e6, rate: 2e3 });
  },
);
