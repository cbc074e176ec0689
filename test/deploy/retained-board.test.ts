import * as assert from "uvu/assert";
import { type Quality, type ReadingRules, RetainedBoard } from "../../deploy/mqtt/retained-board.ts";
import { spec } from "../harness/spec.ts";

function board(options: { maxTopics?: number } = {}) {
  let nowMs = 0;
  const found = new RetainedBoard({ root: "holdfast", board: "b", now: () => nowMs, ...options });
  return {
    board: found,
    /** Advances to `ms` and gives what is due as `topic payload`. */
    at(ms: number, room = Number.POSITIVE_INFINITY): string[] {
      nowMs = ms;
      const sent: string[] = [];
      found.take(({ topic, payload }) => {
        if (sent.length >= room) return false;
        sent.push(`${topic.slice("holdfast/b/".length)} ${payload}`);
        return true;
      });
      return sent;
    },
    next: () => found.nextAtMs,
    temperature(
      value: number | boolean | null,
      rules: ReadingRules = { resolution: 0.1 },
      quality: Quality = "good",
    ) {
      found.reading("air", "temperature", { value, unit: "°C", quality, at: null }, rules);
    },
  };
}

const reading = (value: unknown, quality = "good") =>
  `air/temperature ${JSON.stringify({ value, unit: "°C", quality, at: null })}`;

spec("the first reading goes out at once, with the index that names it", () => {
  const b = board();
  b.temperature(21.4);
  assert.equal(b.at(0), [
    'index {"schema":1,"topics":["holdfast/b/air/temperature","holdfast/b/index","holdfast/b/status"]}',
    reading(21.4),
  ]);
  assert.equal(b.at(0), []);
});

spec("changes are held to one a second, and the last value wins", () => {
  const b = board();
  b.temperature(21.4);
  b.at(0);
  b.temperature(22);
  assert.equal(b.at(10), []);
  b.temperature(23);
  assert.is(b.next(), 1000);
  assert.equal(b.at(999), []);
  assert.equal(b.at(1000), [reading(23)]);
});

spec("a change after a quiet second goes out at once", () => {
  const b = board();
  b.temperature(21.4);
  b.at(0);
  assert.equal(b.at(5000), []);
  b.temperature(21.5);
  assert.equal(b.at(5000), [reading(21.5)]);
});

spec("changes inside the deadband wait for the minute", () => {
  const b = board();
  b.temperature(21.4);
  b.at(0);
  b.temperature(21.45);
  assert.equal(b.at(30_000), []);
  assert.is(b.next(), 60_000);
  assert.equal(b.at(60_000).at(-1), reading(21.45));
});

spec("a change of exactly the resolution leaves the deadband, whatever binary makes of it", () => {
  const b = board();
  b.temperature(21.3);
  b.at(0);
  b.temperature(21.4);
  assert.equal(b.at(1000), [reading(21.4)]);
});

spec("a change of quality goes out at once", () => {
  const b = board();
  b.temperature(21.4);
  b.at(0);
  b.temperature(21.4, { resolution: 0.1 }, "stale");
  assert.equal(b.at(1), [reading(21.4, "stale")]);
  b.temperature(21.4);
  assert.equal(b.at(2), [reading(21.4)]);
});

spec("a reading may ask for every change", () => {
  const b = board();
  b.temperature(true, { publishEveryMs: 0 });
  b.at(0);
  b.temperature(false, { publishEveryMs: 0 });
  assert.equal(b.at(1), [reading(false)]);
});

spec("a number that is not finite is published as null and bad", () => {
  const b = board();
  b.temperature(Number.NaN);
  assert.equal(b.at(0).at(-1), reading(null, "bad"));
});

spec("state and timing go out when they change, status at once", () => {
  const b = board();
  b.board.status({ state: "online", n: 1 });
  b.board.state("air", { mode: "full" });
  b.board.timing("air", { misses: 0 });
  const topics = (sent: string[]) => sent.map((line) => line.split(" ")[0]);
  assert.equal(topics(b.at(0)), ["status", "index", "air/state", "timing/air"]);
  b.board.state("air", { mode: "full" });
  assert.equal(b.at(2000), []);
  b.board.state("air", { mode: "safe" });
  assert.equal(b.at(2000), ['air/state {"mode":"safe"}']);
  b.board.state("air", { mode: "full" });
  b.board.status({ state: "online", n: 2 });
  assert.equal(b.at(2001), ['status {"state":"online","n":2}']);
  assert.equal(b.at(3000), ['air/state {"mode":"full"}']);
});

spec("after a reconnect everything is said again, status first, the index next", () => {
  const b = board();
  b.temperature(21.4);
  b.board.state("air", { mode: "full" });
  b.board.status({ state: "online" });
  const first = b.at(0);
  assert.is(first.length, 4);
  b.board.republish();
  assert.equal(b.at(1), first);
  assert.match(first[0]!, /^status /);
  assert.match(first[1]!, /^index /);
});

spec("what does not fit into the connection stays due", () => {
  const b = board();
  for (let i = 0; i < 5; i++) b.board.state(`d${i}`, { i });
  assert.is(b.at(0, 2).length, 2);
  assert.is(b.next(), 0);
  assert.is(b.at(0, 2).length, 2);
  assert.is(b.at(0).length, 2);
  assert.equal(b.at(0), []);
});

spec("a publication that was lost is due again", () => {
  const b = board();
  b.temperature(21.4);
  b.at(0);
  b.board.lost("holdfast/b/air/temperature");
  assert.equal(b.at(1), [reading(21.4)]);
});

spec("a removed device is cleared and leaves the index, also when the clearing was lost", () => {
  const b = board();
  b.temperature(21.4);
  b.board.state("air", {});
  b.at(0);
  b.board.remove("air");
  const empty = ["air/temperature ", "air/state "];
  assert.equal(b.at(1), empty);
  assert.equal(b.at(1000), ['index {"schema":1,"topics":["holdfast/b/index","holdfast/b/status"]}']);
  b.board.lost("holdfast/b/air/state");
  assert.equal(b.at(1001), ["air/state "]);
  b.temperature(20);
  assert.equal(b.at(1002), [reading(20)]);
});

spec("a device that comes back before it was cleared is published as before", () => {
  const b = board();
  b.temperature(21.4);
  b.at(0);
  b.board.remove("air");
  b.temperature(22);
  assert.equal(
    b.at(1000).filter((line) => !line.startsWith("index")),
    [reading(22)],
  );
  assert.equal(b.at(1001), []);
});

spec("what an earlier start retained and nobody says any more is cleared after the grace", () => {
  const b = board();
  b.board.inherit(["holdfast/b/air/temperature", "holdfast/b/old/state", "holdfast/other/x", "holdfast/b/#"]);
  b.temperature(21.4);
  b.at(0);
  assert.equal(b.at(59_999), []);
  assert.is(b.next(), 60_000);
  assert.equal(
    b.at(60_000).filter((line) => line.endsWith(" ")),
    ["old/state "],
  );
  assert.equal(b.at(60_001), []);
});

spec("topics beyond the bound are refused and counted", () => {
  const b = board({ maxTopics: 3 });
  b.board.state("a", {});
  b.board.state("b", {});
  assert.is(b.board.refused, 1);
  assert.is(b.at(0).length, 2);
});

spec("ids that name something else are defects", () => {
  const b = board().board;
  const value = { value: 1, quality: "good", at: null } as const;
  for (const id of ["state", "set", "error", "Temp", "a.b", "", "a/b"])
    assert.throws(
      () => b.reading("air", id, value),
      (error: unknown) => error instanceof TypeError,
    );
  b.reading("pump", "on", { ...value, value: true });
  b.reading("pump", "level", value);
  for (const id of ["world", "timing", "status", "A"])
    assert.throws(
      () => b.state(id, {}),
      (error: unknown) => error instanceof TypeError,
    );
});
