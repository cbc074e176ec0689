import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { OutboxClient } from "../../../deploy/outbox/outbox-client.ts";
import type { FromOutbox } from "../../../deploy/outbox/outbox-messages.ts";
import { FIRST_KEY, parseKey } from "../../../deploy/outbox/record.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { PROGRAM, storeFolder } from "./a-program.ts";

const SOURCE = fileURLToPath(new URL("../../../../test/deploy/outbox/slow-sync.c", import.meta.url));
const LIMITS = { sizeBytes: 1_000_000, ageMs: 86_400_000, syncEveryMs: 100, syncRecords: 100 };

/** Syncs of processes started from now on are slow while `hold` is there. */
function slowCard(t: SpecContext, folder: string): string {
  const library = join(folder, "slow-sync.so");
  const built = spawnSync("gcc", ["-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], { encoding: "utf8" });
  if (built.error !== undefined) t.skip("gcc is not installed");
  assert.is(built.status, 0, built.stderr);
  const hold = join(folder, "hold");
  Object.assign(process.env, { LD_PRELOAD: library, HOLD_SYNC: hold });
  t.defer(() => {
    delete process.env.LD_PRELOAD;
    delete process.env.HOLD_SYNC;
  });
  return hold;
}

spec(
  "a sync that takes longer than it may is an alarm; the outbox goes on, and loses nothing",
  async (t) => {
    const folder = storeFolder(t);
    const hold = slowCard(t, dirname(folder));
    const messages: FromOutbox[] = [];
    const client = new OutboxClient({
      program: PROGRAM,
      folder,
      limits: LIMITS,
      onMessage: (message) => messages.push(message),
      onEnded: () => {},
    });
    t.defer(() => client.close());
    const stored = () =>
      messages.reduce((most, message) => {
        return message.type === "stored" ? Math.max(most, parseKey(message.key).number) : most;
      }, 0);
    const put = (count: number) => {
      for (let n = 0; n < count; n++) client.put({ at: null, body: `{"n":${n}}` });
    };
    put(10);
    await until("they are stored", () => stored() === 10, 10_000);
    writeFileSync(hold, "");
    put(10);
    // The first of them goes into a sync that begins now.
    await until("a sync takes its time", () => existsSync(`${hold}.begun`), 10_000);
    rmSync(hold);
    put(1000);
    const before = messages.length;
    client.read("", FIRST_KEY, 5);
    await until("it answers all the while", () =>
      messages.slice(before).some(({ type }) => type === "records"),
    );
    assert.is(stored(), 10);
    await until("that is a fault", () => client.facts.fault?.code === "slow", 15_000);
    await until("all is stored", () => stored() === 1020, 20_000);
    await until("the fault is over", () => client.facts.fault === null);
    assert.is(client.facts.dropped, 0);
    assert.is(client.facts.records, 1020);
  },
  { limitMs: 60_000 },
);
