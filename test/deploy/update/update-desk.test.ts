import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { NOTICE_FILE, type UpdateNotice, writeNotice } from "../../../deploy/update/notice.ts";
import { UpdateDesk } from "../../../deploy/update/update-desk.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { temporary } from "./a-place.ts";

const RELEASE = "ab".repeat(16);
const OFFER = { url: "http://desk:8000/x.holdfast", release: RELEASE };

/** `program`: what stands where the command line stands. */
function desk(t: SpecContext, { spool = false, program = "" } = {}) {
  const notes = temporary(t);
  const trace: string[] = [];
  const file = join(notes, "receive.mjs");
  writeFileSync(file, program);
  const one = new UpdateDesk(
    {
      notes,
      program: file,
      environment: { TOLD: "yes" },
      ...(spool && { spool: join(notes, "offer.json") }),
    },
    {
      status: (update) => trace.push(`status ${update.state} ${update.reason}`.trim()),
      tell: ({ kind, state, from }) => trace.push(`${kind} ${state} ${from ?? ""}`.trim()),
      refuse: (offer, reason) => trace.push(`refuse ${offer === null ? "-" : "offer"} ${reason}`),
    },
  );
  t.defer(() => one.close());
  const notice = (state: UpdateNotice["state"], at: string | null) =>
    writeNotice(join(notes, NOTICE_FILE), {
      state,
      release: RELEASE,
      version: "2.0.0",
      slot: "b",
      reason: "why",
      at,
    });
  return {
    desk: one,
    notes,
    trace,
    notice,
    offer: (value: unknown) => one.offered(Buffer.from(JSON.stringify(value))),
  };
}

spec("what was written down while nobody looked is told; of long ago only the state", async (t) => {
  const young = desk(t);
  young.notice("reverted", new Date().toISOString());
  await until("it is told", () => young.trace.length === 2);
  equal(young.trace, ["status reverted why", "update reverted"]);
  const old = desk(t);
  old.notice("confirmed", "2020-01-01T00:00:00.000Z");
  await until("it is told", () => old.trace.length === 1);
  equal(old.trace, ["status confirmed why"]);
});

spec("where the board may not write slots an offer is left for who may, as it came", async (t) => {
  const { trace, notes, offer } = desk(t, { spool: true });
  offer(OFFER);
  await until("it is left", () => trace.length > 0);
  equal(trace, ["update offered desk:8000"]);
  equal(JSON.parse(readFileSync(join(notes, "offer.json"), "utf8")), OFFER);
});

spec(
  "an offer is received by a process of its own, one at a time, and what it dies of is answered",
  async (t) => {
    const program = `
    if (process.env.TOLD !== "yes" || process.argv.at(-1) !== "--now") process.exit(9);
    process.stdin.on("end", () => {}); setTimeout(() => { console.error("holdfast: no room at b"); process.exit(1); }, 300);`;
    const { trace, offer } = desk(t, { program });
    offer({ ...OFFER, now: true });
    offer(OFFER);
    await until("it has ended", () => trace.length >= 3, 10_000);
    is(trace[0], "update offered desk:8000");
    match(trace[1]!, "refuse offer another release is being received");
    is(trace[2], "refuse - no room at b");
  },
);

spec("what is no offer starts nothing", (t) => {
  const { trace, offer } = desk(t, { spool: true });
  offer({ url: "file:///etc/passwd", release: RELEASE });
  is(trace.length, 1);
  match(trace[0]!, "refuse - url: found");
});

spec(
  "a release that was being received when its receiver ended is said to have come to nothing",
  async (t) => {
    const { trace, notice } = desk(t);
    notice("receiving", new Date().toISOString());
    await until("it is told", () => trace.length === 2);
    equal(trace, ["status failed interrupted while receiving: push it again", "update failed"]);
  },
);
