import * as assert from "uvu/assert";
import { columns } from "../../deploy/cli/columns.ts";
import { crashLines, shortPid, silenceWords, stateWords } from "../../deploy/cli/process-words.ts";
import { endLine, traceLine } from "../../deploy/cli/trace.ts";
import { timingWords } from "../../deploy/cli/watch.ts";
import type { CellView, CrashEntry, ProcessReport } from "../../runtime/introspection/report.ts";
import { spec } from "../harness/spec.ts";

spec(
  "columns are as wide as their widest cell, numbers stand to the right, the last is cut to the width",
  () => {
    const rows = [
      ["pid", "ran", "count", "state"],
      ["pump.1", "12ms", "7", "waits for something that takes long to say"],
      ["a.10", "1.5s", "1200", ""],
    ];
    assert.equal(columns(rows, 40), [
      "pid      ran  count  state",
      "pump.1  12ms      7  waits for somethin…",
      "a.10    1.5s   1200",
    ]);
    assert.is(columns(rows, 5)[1], "pump.1  12ms      7  waits for…");
    assert.is(columns(rows, Number.POSITIVE_INFINITY)[1]?.endsWith("long to say"), true);
    assert.equal(columns([["only", "head"]]), ["only  head"]);
  },
);

spec("pids are shortened only where they are pids", () => {
  assert.is(shortPid("<greenhouse.pump.1>"), "pump.1");
  assert.is(shortPid("telemetry"), "telemetry");
  assert.is(shortPid("<b.pump.?>"), "pump.?");
});

spec("a state is said in a few words", () => {
  const words = (state: ProcessReport["state"], waitsFor: string | null, limited: boolean) =>
    stateWords({ state, waitsFor, limited } as ProcessReport);
  assert.is(words("running", null, false), "running");
  assert.is(words("waiting", "time", true), "sleeps");
  assert.is(words("waiting", "a | b", true), "waits for a | b, limited");
  assert.is(words("waiting", "anything", false), "waits for anything");
});

spec("of a silent cell is said what its progress word says", () => {
  const view = (booting: boolean, lateUs?: number) =>
    silenceWords({
      booting,
      running: lateUs === undefined ? null : { process: 3, lateUs },
    } as CellView);
  assert.is(view(true), "starting");
  assert.is(view(false), "no answer");
  assert.is(view(false, 1500), "no answer: process 3 runs, 1.5ms past its limit");
  assert.is(view(false, -2000), "no answer: process 3 runs, 2ms left");
});

spec("a crash is told in full, and one seen from outside says that it is", () => {
  const crash: CrashEntry = {
    n: 4,
    atUs: 10e6,
    cell: "pump",
    incarnation: 3,
    restarts: 2,
    pid: "<b.pump.1>",
    label: "deviceCell",
    names: ["pump"],
    reason: { error: "RangeError: x", stack: "RangeError: x\n    at a (a.js:1)\n    at b" },
    mailboxLength: 7,
    messagesHandled: 3,
    runUs: 1500,
    notes: { mode: "safe" },
    handled: ["{a}"],
    waiting: ["{b}"],
  };
  assert.equal(crashLines(crash, 14e6), [
    "4s ago  pump.1 pump  RangeError: x  (restarts of the cell: 2)",
    "    at a (a.js:1)",
    "    at b",
    "  ran 1.5ms, took 3 messages, mode safe",
    "  the last it took:",
    "    {a}",
    "  waiting (7):",
    "    {b}",
  ]);
  const outside: CrashEntry = { ...crash, reason: "hung", runUs: 0, restarts: 0, handled: [], waiting: [] };
  assert.equal(crashLines(outside, 14e6), [
    "4s ago  pump.1 pump  hung",
    "  its cell was ended from outside: nothing else is known",
  ]);
  const watchdog = { cause: "hung", lateUs: 200, workedUs: 1000, process: 1, collectorUs: 0 } as const;
  const stack = "at turn (pump.js:7:3)\nat work (pump.js:9:1)";
  assert.equal(crashLines({ ...outside, watchdog: { ...watchdog, stack } }, 14e6), [
    "4s ago  pump.1 pump  hung",
    "  200us past its time when it was seen; it was in:",
    "    at turn (pump.js:7:3)",
    "    at work (pump.js:9:1)",
  ]);
  const late = { ...watchdog, cause: "late", asleep: true, withoutCoreUs: 4000, stack: null } as const;
  assert.equal(crashLines({ ...outside, reason: "late", watchdog: late }, 14e6).slice(1), [
    "  200us past its time when it was seen, it did not wake up, its thread waited 4ms for a core; it was in:",
    "    no JavaScript that could be seen",
  ]);
});

spec("a traced event is one line with its time, its parties and its message", () => {
  const entry = { n: 1, atUs: 2_001_234, cell: "a", label: "pump", text: "{…}" } as const;
  assert.is(
    traceLine({ ...entry, kind: "send", pid: "<b.a.1>", other: "<b.c.2>" }, 1e6),
    "  1.001234  a.1 pump                  send     > c.2             {…}",
  );
  assert.is(
    traceLine({ ...entry, kind: "send", pid: null, label: null, other: "telemetry" }, 1e6),
    "  1.001234  (outside)                 send     > telemetry       {…}",
  );
  assert.is(
    traceLine({ ...entry, kind: "exit", pid: "<b.a.1>", other: null, text: "normal" }, 1e6),
    "  1.001234  a.1 pump                  exit     normal",
  );
});

spec("below a trace stands how much it was, and what may be the matter where it was nothing", () => {
  assert.is(endLine({ entries: 7, lost: 0 }, ["pump"]), "7 entries");
  assert.is(endLine({ entries: 7, lost: 2 }, []), "7 entries, 2 more came too fast and are lost");
  assert.is(endLine({ entries: 0, lost: 0 }, []), "0 entries");
  assert.match(endLine({ entries: 0, lost: 0 }, ["pmup"]), /^0 entries: .* there is no pmup \(holdfast ps /);
});

spec("a timing is followed in a few words, whatever the board tells of it", () => {
  const latenessUs = { p50: 1, p99: 2, recent: { count: 9, p50: 264, p99: 1900, bars: [9] } };
  assert.is(
    timingWords({ count: 27, misses: 0, latenessUs }),
    "27 jobs, 0 misses; last minute: half at most 264us late, 99 % 1.9ms",
  );
  const quiet = { recent: { count: 0, p50: 0, p99: 0, bars: [] } };
  assert.is(timingWords({ count: 27, misses: 3, latenessUs: quiet }), "27 jobs, 3 misses");
  assert.is(timingWords({ count: 27, misses: 3 }), "27 jobs, 3 misses");
});
