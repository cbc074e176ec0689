import * as assert from "uvu/assert";
import { logLine } from "../../../deploy/cli/log-line.ts";
import { reloadWords } from "../../../deploy/cli/reload-words.ts";
import type { ReloadReply } from "../../../deploy/reload/reload-messages.ts";
import { spec } from "../../harness/spec.ts";

const head = { file: "/etc/holdfast/board.config.json", warnings: [] };
const live = { path: "devices.soil.every", from: '"2s"', to: '"1s"' };
const fixed = { path: "devices.pump.maxOn", from: '"1m"', to: '"2m"', restart: "the guardian has it" };

spec("what needs a restart is told by reason, and what could go live beside it", () => {
  assert.equal(reloadWords({ ...head, is: "needsRestart", changes: [live, fixed] }), [
    "nothing was changed: this needs a restart of the board",
    "",
    "the guardian has it:",
    '  devices.pump.maxOn  "1m"  becomes  "2m"',
    "",
    "could go live alone:",
    '  devices.soil.every  "2s"  becomes  "1s"',
    "",
    "holdfast check --against says which lines a restart moves",
  ]);
});

spec("what was taken back says who failed, who still does, and that the file is not what runs", () => {
  const reply: ReloadReply = {
    ...{ ...head, is: "takenBack", changes: [live] },
    failures: [{ id: "soil", cause: "address_nak at i2c-1 0x48" }],
    lasting: [{ id: "light", cause: "hung" }],
  };
  assert.equal(reloadWords(reply).slice(2), [
    "taken back, everything is as before:",
    "  soil: address_nak at i2c-1 0x48",
    "and still not well:",
    "  light: hung",
    "/etc/holdfast/board.config.json is not what the board runs with: put it right before the next restart",
  ]);
});

spec("what went live names those that have still to prove it, or that nobody has to do with it", () => {
  const reply = { ...head, is: "applied", changes: [live], moved: ["soil"], unproven: ["soil"] } as const;
  assert.equal(reloadWords(reply).slice(2), [
    "live, and no line moved: soil",
    "not proven yet, their next job comes later: soil",
  ]);
  assert.match(reloadWords({ ...reply, moved: [], unproven: [] }).at(-1)!, /no device has to do with it/);
});

spec("the log says what became of it, once", () => {
  const line = (configuration: object) => logLine("", { configuration });
  const changes = ['devices.soil.every: "2s" becomes "1s"'];
  assert.is(line({ phase: "tried", changes }), undefined);
  assert.is(line({ phase: "kept", changes }), `configuration: live: ${changes[0]}`);
  assert.is(line({ phase: "takenBack", cause: "soil: hung" }), "configuration: taken back: soil: hung");
  assert.is(
    line({ phase: "refused", needRestart: ["devices.pump.maxOn"] }),
    "configuration: refused, nothing was changed: needs a restart: devices.pump.maxOn",
  );
  assert.match(line({ phase: "refused", problems: ["devices.pum"] })!, /problems: devices\.pum$/);
});
