import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { NOTICE_FILE, type UpdateNotice, writeNotice } from "../../../deploy/update/notice.ts";
import { sealOffer } from "../../../deploy/update/offer-seal.ts";
import { UpdateDesk } from "../../../deploy/update/update-desk.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { aKey } from "../release/a-bundle.ts";
import { temporary } from "./a-place.ts";

const RELEASE = "ab".repeat(16);
const OFFER = { url: "http://desk:8000/x.holdfast", release: RELEASE };

const NOTICE = { release: RELEASE, version: "2.0.0", slot: "b", reason: "why" } as const;

/** `program`: what stands where the command line stands. */
function desk(t: SpecContext, { spool = false, program = "" } = {}) {
  const notes = temporary(t);
  const trace: string[] = [];
  const file = join(notes, "receive.mjs");
  writeFileSync(file, program);
  const nonces: string[] = [];
  const one = new UpdateDesk(
    {
      notes,
      program: file,
      environment: { TOLD: "yes" },
      ...(spool && { spool: join(notes, "offer.json") }),
    },
    {
      status: (update) => trace.push(`status ${update.state} ${update.reason}`.trim()),
      offers: ({ nonce }) => nonces.push(nonce),
      tell: ({ kind, state, from }) => trace.push(`${kind} ${state} ${from ?? ""}`.trim()),
      refuse: (offer, reason) => trace.push(`refuse ${offer === null ? "-" : "offer"} ${reason}`),
    },
  );
  t.defer(() => one.close());
  const notice = (state: UpdateNotice["state"], at: string | null) =>
    writeNotice(join(notes, NOTICE_FILE), { ...NOTICE, state, at });
  return {
    desk: one,
    notes,
    trace,
    notice,
    nonces,
    offer: (value: unknown) =>
      one.offered(Buffer.from(typeof value === "string" ? value : JSON.stringify(value))),
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

spec("an address that nobody can take apart is refused, and nothing of the board ends by it", async (t) => {
  const { trace, notes, offer } = desk(t, { spool: true });
  offer({ ...OFFER, url: "http://[" });
  offer(OFFER);
  await until("the next one is left", () => trace.length === 2);
  match(trace[0]!, "refuse - url: found");
  equal(trace[1], "update offered desk:8000");
  equal(JSON.parse(readFileSync(join(notes, "offer.json"), "utf8")), OFFER);
});

spec(
  "an offer is received by a process of its own, one at a time, and what it dies of is answered",
  async (t) => {
    const program = `
    import { readFileSync, watch } from "node:fs";
    import { dirname, join } from "node:path";
    const file = process.argv.at(-1);
    const { release } = JSON.parse(readFileSync(file, "utf8"));
    if (process.env.TOLD !== "yes" || process.argv.at(-2) !== "--offered" || release !== "${RELEASE}") process.exit(9);
    const end = () => { console.error("holdfast: no room at b"); process.exit(1); };
    watch(dirname(file), (_, name) => { if (name === "end") end(); });`;
    const { trace, notes, offer } = desk(t, { program });
    offer(OFFER);
    await until("it is received", () => trace.length === 1);
    offer({ ...OFFER, release: "cd".repeat(16) });
    await until("the other is refused", () => trace.length === 2);
    // Whoever offers was started again: its parts are waited for.
    offer({ ...OFFER, url: "http://desk:9000/x.holdfast", parts: true });
    await until("the same is known again", () => trace.length === 3);
    await until(
      "it has ended",
      () => {
        writeFileSync(join(notes, "end"), "");
        return trace.length > 3;
      },
      20_000,
    );
    is(trace[0], "update offered desk:8000");
    match(trace[1]!, "refuse offer another release is being received or tried");
    is(trace[2], "update offered desk:9000");
    is(trace[3], "refuse - no room at b");
  },
  { limitMs: 30_000 },
);

spec(
  "a release that is on trial need not be received again, and no other is until that is over",
  async (t) => {
    const { trace, notice, offer } = desk(t);
    notice("trial", null);
    offer({ ...OFFER, release: "cd".repeat(16) });
    await until("it is refused", () => trace.some((line) => line.startsWith("refuse")));
    offer(OFFER);
    await until("it is known", () => trace.includes("update offered desk:8000"));
  },
);

spec("a live trial is over with whoever brought the release, and the board takes offers again", async (t) => {
  const { trace, notes, offer } = desk(t, { spool: true });
  writeNotice(join(notes, NOTICE_FILE), { ...NOTICE, state: "trial", live: true, at: null });
  offer({ ...OFFER, release: "cd".repeat(16) });
  await until("both are told", () => trace.length === 2);
  equal(trace.toSorted(), [
    "status failed interrupted while trial: push it again",
    "update offered desk:8000",
  ]);
});

spec(
  "a release that comes to nothing again and again waits, and another one does not",
  async (t) => {
    const { trace, offer } = desk(t, {
      program: "process.exitCode = 1; console.error('holdfast: no room');",
    });
    for (let times = 1; times <= 3; times++) {
      offer(OFFER);
      await until("it has ended", () => trace.length === 2 * times, 60_000);
    }
    equal(trace.slice(4), ["update offered desk:8000", "refuse - no room"]);
    offer(OFFER);
    await until("it waits", () => trace.length === 7);
    match(trace[6]!, /^refuse offer it came to nothing 3 times in a row: offer it again in \d+ s/);
    offer({ ...OFFER, release: "cd".repeat(16) });
    await until("the other is taken", () => trace.includes("update offered desk:8000", 7));
  },
  { limitMs: 120_000 },
);

spec(
  "a sealed offer is taken once: its number is given out anew, and the old one is none any more",
  async (t) => {
    const { trace, notes, nonces, offer } = desk(t, { spool: true });
    const key = aKey(temporary(t));
    const sealed = (nonce: string) => sealOffer({ ...OFFER, now: true }, { board: "greenhouse", nonce }, key);
    is(nonces.length, 1);
    const first = sealed(nonces[0]!);
    offer(first);
    await until("it is left", () => trace.length === 1);
    is(trace[0], "update offered desk:8000");
    is(readFileSync(join(notes, "offer.json"), "utf8"), first);
    is(nonces.length, 2);
    offer(first);
    await until("it is refused", () => trace.length === 2);
    match(trace[1]!, "refuse offer its nonce is not the board's present one");
    is(nonces.length, 2);
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
