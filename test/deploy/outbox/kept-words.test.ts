import * as assert from "uvu/assert";
import { KeptWords } from "../../../deploy/outbox/kept-words.ts";
import type { NewRecord } from "../../../deploy/outbox/record.ts";
import { spec } from "../../harness/spec.ts";

function words() {
  const kept: NewRecord[] = [];
  let nowMs = 0;
  const found = new KeptWords({
    events: ["crash"],
    keepEveryMs: { climate: 10_000 },
    now: () => nowMs,
    at: () => "2026-11-22T18:06:00.123Z",
    keep: (record) => kept.push(record),
  });
  const said = () => kept.map(({ body }) => JSON.parse(body));
  return {
    kept,
    said,
    event: found.event.bind(found),
    /** A second later. */
    read: (value: number | null, quality: "good" | "bad" = "good", device = "climate") => {
      nowMs += 1000;
      found.reading(device, "temperature", { value, unit: "°C", quality, at: null }, 0.1);
    },
  };
}

spec("events of the kinds that are kept are kept whole, others not", () => {
  const { event, kept } = words();
  event({ kind: "crash", device: "pump", cause: "boom" });
  event({ kind: "misses", device: "pump" });
  assert.equal(kept, [
    {
      at: "2026-11-22T18:06:00.123Z",
      body: '{"event":{"kind":"crash","device":"pump","cause":"boom"}}',
    },
  ]);
});

spec("an event that is very long is kept without its details", () => {
  const { event, said } = words();
  event({ kind: "crash", device: "pump", cause: "boom", stack: "x".repeat(20_000) });
  assert.equal(said(), [{ event: { kind: "crash", device: "pump", cause: "boom", cut: true } }]);
});

spec("a reading is kept at its first value, then when it has changed, and not more often than asked", () => {
  const { read, said } = words();
  for (let second = 0; second < 10; second++) read(20 + second);
  for (let second = 0; second < 30; second++) read(30 + second / 1000);
  read(31);
  assert.equal(
    said().map(({ value }) => value),
    [20, 30, 31],
  );
  assert.equal(said()[0], {
    device: "climate",
    reading: "temperature",
    value: 20,
    unit: "°C",
    quality: "good",
  });
});

spec("a change of quality is kept at once, and the way back, too", () => {
  const { read, said } = words();
  read(20);
  read(null, "bad");
  read(20.01);
  assert.equal(
    said().map(({ quality }) => quality),
    ["good", "bad", "good"],
  );
});

spec("devices that do not ask for it are not kept, whatever they are called", () => {
  const { read, kept } = words();
  read(20, "good", "toString");
  read(20, "good", "soil");
  assert.equal(kept, []);
});
