import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { BoardOutbox } from "../../../deploy/outbox/board-outbox.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { PROGRAM } from "./a-program.ts";
import { smallCard } from "./small-card.ts";

const LIMITS = { sizeBytes: 4_000_000, ageMs: 86_400_000, syncEveryMs: 100, syncRecords: 100 };

/** An outbox on that card, for a broker that never comes. */
function board(t: SpecContext, card: string) {
  const told: ({ kind: string } & Readonly<Record<string, unknown>>)[] = [];
  const status: Readonly<Record<string, unknown>>[] = [];
  const outbox = new BoardOutbox({
    plan: {
      program: PROGRAM,
      folder: join(card, "outbox"),
      limits: LIMITS,
      events: ["crash"],
      keepEveryMs: {},
    },
    now: () => performance.now(),
    wallMs: () => undefined,
    wake: () => {},
    tell: (event) => told.push(event),
    onStatus: (now) => status.push(now),
  });
  t.defer(() => outbox.close());
  const nowhere = () => {};
  const sink = outbox.beside({
    reading: nowhere,
    deviceState: nowhere,
    happened: nowhere,
    timing: nowhere,
    event: nowhere,
    refuse: nowhere,
  });
  const crash = (count: number) => {
    for (let n = 0; n < count; n++) sink.event({ kind: "crash", cause: "x".repeat(400) });
  };
  const kinds = () => told.map(({ kind }) => kind);
  return { outbox, told, status, crash, kinds };
}

spec(
  "a card that fills up is an alarm; what comes is kept in memory, the oldest goes and is counted, and all is well again",
  async (t) => {
    const card = smallCard(t, 24);
    const { outbox, told, status, crash, kinds } = board(t, card);
    crash(50);
    await until("they are kept", () => outbox.facts.records === 50, 10_000);
    writeFileSync(join(card, "ballast"), Buffer.alloc(21_500_000));
    crash(50);
    await until("that is told", () => kinds().includes("outboxFailed"), 20_000);
    const failed = told.find(({ kind }) => kind === "outboxFailed")!;
    assert.is(failed.fault, "full");
    assert.match(String(failed.cause), /space is left/);
    // More than its memory holds, slower than its door is wide.
    for (let round = 0; round < 12; round++) {
      crash(500);
      await new Promise((done) => setTimeout(done, 100));
    }
    await until("the loss is told", () => kinds().includes("outboxDropped"), 20_000);
    const { dropped, bytes } = outbox.facts;
    assert.ok(dropped > 1000 && bytes < 2_000_000, JSON.stringify(outbox.facts));
    await until(
      "the status says it",
      () => status.at(-1)?.fault !== null && Number(status.at(-1)?.dropped) > 0,
    );
    rmSync(join(card, "ballast"));
    await until("it works again", () => kinds().includes("outboxWorks"), 70_000);
    assert.is(outbox.facts.records, 6100 - outbox.facts.dropped);
  },
  { limitMs: 150_000 },
);
