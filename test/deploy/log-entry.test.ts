import { equal, is } from "uvu/assert";
import { entryJson, entryText, journalEntry, syslogEntry } from "../../deploy/cli/log-entry.ts";
import { spec } from "../harness/spec.ts";

const DEAD = '{"runtimeDead":{"seenUs":12,"by":"exit"}}';

spec("a line of the journal is told with its time, the board's own without its unit", () => {
  const entry = journalEntry(
    JSON.stringify({
      __REALTIME_TIMESTAMP: "1795662312000000",
      _SYSTEMD_UNIT: "holdfast.service",
      MESSAGE: DEAD,
    }),
  )!;
  equal(entry, { at: "2026-11-26T03:05:12.000Z", from: "holdfast", text: DEAD });
  is(
    entryText(entry),
    "2026-11-26 03:05:12Z  guardian: the runtime is dead (seen by exit): outputs to their policy",
  );
  is(
    entryJson(entry),
    '{"at":"2026-11-26T03:05:12.000Z","from":"holdfast","line":{"runtimeDead":{"seenUs":12,"by":"exit"}}}',
  );
});

spec("what systemd says of a unit, and a message that is no text, are lines as well", () => {
  const started = journalEntry(
    JSON.stringify({
      __REALTIME_TIMESTAMP: "1795662312000000",
      _SYSTEMD_UNIT: "init.scope",
      UNIT: "holdfast-trial.service",
      MESSAGE: "Started.",
    }),
  )!;
  is(entryText(started), "2026-11-26 03:05:12Z  holdfast-trial: Started.");
  is(journalEntry('{"MESSAGE":[104,105]}')?.text, "hi");
  is(journalEntry("-- No entries --"), undefined);
});

spec("a line of busybox's syslog has the year that is not in the future", () => {
  const line = `Dec 31 23:59:58 greenhouse user.notice board: ${DEAD}`;
  const at = "2026-12-31T23:59:58.000Z";
  equal(syslogEntry(line, new Date(Date.UTC(2027, 0, 1, 8))), { at, from: "board", text: DEAD });
  equal(syslogEntry("Nov  6 01:02:03 greenhouse kern.warn kernel: hot", new Date(Date.UTC(2026, 10, 6, 2))), {
    at: "2026-11-06T01:02:03.000Z",
    from: "kernel",
    text: "hot",
  });
});

spec("a line that syslog has cut, or that is none, is shown as it is; one for programs only is not", () => {
  const now = new Date(2026, 10, 26, 4);
  const cut = syslogEntry('Nov 26 03:05:12 greenhouse user.notice board: {"runtimeDe', now);
  is(entryText(cut)?.endsWith('Z  {"runtimeDe'), true);
  is(entryText(syslogEntry("something else", now)), `${" ".repeat(20)}  something else`);
  const placed = syslogEntry('Nov 26 03:05:12 greenhouse user.notice board: {"safe":{"doneUs":1}}', now);
  is(entryText(placed), undefined);
  equal(JSON.parse(entryJson(placed)).line, { safe: { doneUs: 1 } });
});
