import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal } from "uvu/assert";
import { LogFollower, logFileLines } from "../../deploy/cli/log-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

function folders(t: SpecContext) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-logs-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const places = { kept: join(folder, "log"), now: join(folder, "run") };
  mkdirSync(places.kept);
  mkdirSync(places.now);
  return places;
}

spec("the files of a log are read oldest first, those on the card before those in memory", (t) => {
  const places = folders(t);
  writeFileSync(join(places.kept, "messages.2"), "1\n2\n");
  writeFileSync(join(places.kept, "messages"), "3\n");
  writeFileSync(join(places.now, "messages.moved"), "4\n");
  writeFileSync(join(places.now, "messages"), "5\n6");
  equal(logFileLines(places), ["1", "2", "3", "4", "5", "6"]);
});

spec("a follower tells whole lines that are new, and none twice or never while the file is moved", (t) => {
  const places = folders(t);
  const file = join(places.now, "messages");
  writeFileSync(file, "old\n");
  const follower = new LogFollower(places);
  t.defer(() => follower.close());
  equal(follower.more(), []);
  appendFileSync(file, "a\nhal");
  equal(follower.more(), ["a"]);
  appendFileSync(file, "f\n");
  equal(follower.more(), ["half"]);
  renameSync(file, `${file}.moved`);
  appendFileSync(`${file}.moved`, "late\n");
  equal(follower.more(), ["late"]);
  appendFileSync(`${file}.moved`, "later\n");
  writeFileSync(file, "new\n");
  equal(follower.more(), ["later", "new"]);
  appendFileSync(file, "21 °");
  equal(follower.more(), []);
  appendFileSync(file, "C\n");
  equal(follower.more(), ["21 °C"]);
});

spec("a log that begins only later is followed from its beginning", (t) => {
  const places = folders(t);
  const follower = new LogFollower(places);
  t.defer(() => follower.close());
  equal(follower.more(), []);
  writeFileSync(join(places.now, "messages"), "first\n");
  equal(follower.more(), ["first"]);
});
