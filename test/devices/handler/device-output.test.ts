import * as assert from "uvu/assert";
import { DeviceOutput } from "../../../devices/handler/device-output.ts";
import type { DeviceTask } from "../../../devices/handler/task.ts";
import { LineError, type LineErrorCode } from "../../../firmware/contracts/line.ts";
import { demoPlan } from "../../deploy/demo-board.ts";
import { spec } from "../../harness/spec.ts";

interface PlayedLine {
  level: number;
  /** Away from safe, and to it. */
  refuses: LineErrorCode | undefined;
  refusesOff?: LineErrorCode | undefined;
  taken: boolean;
  /** Carries out what it is told, and its answer does not arrive. */
  losesAnswer?: boolean;
}

/** The heater's output over a line that a test plays the guardian of. */
function heater(line: PlayedLine = { level: 0, refuses: undefined, taken: false }) {
  const trace: string[] = [];
  let nowUs = 0;
  const task: Partial<DeviceTask> = {
    drive(level) {
      trace.push(`drive ${level}`);
      const refuses = level > 0 ? line.refuses : line.refusesOff;
      if (refuses !== undefined) throw new LineError(refuses, "GPIO17");
      line.level = level;
      line.taken = false;
      if (line.losesAnswer === true) throw new LineError("timeout", "GPIO17");
      return level;
    },
    renew() {
      trace.push("renew");
      if (line.taken) throw new LineError(line.refuses ?? "refused", "GPIO17");
    },
  };
  const output = new DeviceOutput(
    { nowUs: () => nowUs, send: () => {}, monitor: () => 0 },
    demoPlan("heater"),
    task as DeviceTask,
    {
      patch: () => {},
      event: ({ kind, level, cause }) => trace.push([kind, level ?? cause].join(" ")),
    },
  );
  return {
    line,
    trace,
    /** The thermostat wants this level for 3 s. */
    drive: (level: number) =>
      output.drive(
        { type: "drive", controller: "thermostat", level, forMs: 3000, sampledAtUs: nowUs, fresh: true },
        true,
        () => {},
      ),
    toSafe: (cause: string) => output.toSafe(cause),
    job: () => {
      nowUs += 500_000;
      output.renew([{ reading: "on", value: line.level === 1 }]);
      return trace.splice(0);
    },
    news: () => trace.splice(0),
  };
}

spec("a level that is on is renewed once a job; one that is safe is left alone", () => {
  const { drive, job, news } = heater();
  assert.equal(job(), []);
  drive(1);
  assert.equal(news(), ["drive 1", "output 1"]);
  assert.equal(job(), ["renew"]);
  drive(0);
  assert.equal(news(), ["drive 0", "output 0"]);
  assert.equal(job(), []);
});

spec("a level that the guardian took back is driven anew, not renewed for ever", () => {
  const { line, drive, job, news } = heater();
  job();
  drive(1);
  line.level = 0;
  line.taken = true;
  news();
  assert.equal(job(), ["renew", "drive 0", "drive 1", "output 1"]);
  assert.is(line.level, 1);
  assert.equal(job(), ["renew"]);
});

spec("after maxOn the output waits, is told so once, and goes on again when it may", () => {
  const { line, drive, job, news } = heater();
  job();
  drive(1);
  Object.assign(line, { level: 0, taken: true, refuses: "max_on" });
  news();
  assert.equal(job(), ["renew", "drive 0", "drive 1", "waits max_on at GPIO17"]);
  assert.equal(job(), [], "the command is over: nothing is wanted");
  for (let second = 0; second < 3; second++) {
    drive(1);
    assert.equal(news(), ["drive 1"], "the controller wants it again, which people know already");
    assert.equal([...job(), ...job()], []);
  }
  line.refuses = undefined;
  drive(1);
  assert.equal(news(), ["drive 1", "output 1"]);
  assert.is(line.level, 1);
});

spec("a line held over a restart stays, is renewed like a command, and off is driven when it comes", () => {
  const { line, drive, job, news } = heater({ level: 1, refuses: undefined, taken: false });
  assert.equal(job(), []);
  assert.equal(job(), ["renew"]);
  assert.is(line.level, 1);
  drive(0);
  assert.equal(news(), ["drive 0", "output 0"]);
  assert.is(line.level, 0);
});

spec("a way to safe that failed is tried again at each job: no lease may be there to end the level", () => {
  const { line, drive, toSafe, job, news } = heater();
  job();
  drive(1);
  line.refusesOff = "timeout";
  news();
  toSafe("three faults");
  assert.equal(news(), ["safe three faults", "drive 0"]);
  assert.throws(job, (error: LineError) => error.code === "timeout");
  assert.equal(news(), ["drive 0"]);
  line.refusesOff = undefined;
  assert.equal(job(), ["drive 0", "output 0"]);
  assert.is(line.level, 0);
  assert.equal(job(), []);
});

spec("a drive whose answer was lost leaves nothing behind: the line is driven to what is wanted next", () => {
  const { line, drive, job, news } = heater();
  job();
  line.losesAnswer = true;
  assert.throws(
    () => drive(1),
    (error: LineError) => error.code === "timeout",
  );
  assert.is(line.level, 1, "the guardian had carried it out");
  line.losesAnswer = false;
  news();
  drive(0);
  assert.equal(news(), ["drive 0", "output 0"]);
  assert.is(line.level, 0);
  assert.equal(job(), []);
});

spec("an interlock is a policy, no fault of the device: it waits", () => {
  const { line, drive, job, news } = heater();
  job();
  line.refuses = "interlock";
  drive(1);
  assert.equal(news(), ["drive 1", "waits interlock at GPIO17"]);
  assert.equal(job(), []);
});

spec("an interlock that switches is waited for: the command lives, and each job asks again", () => {
  const { line, drive, job, news } = heater();
  job();
  line.refuses = "switching";
  drive(1);
  assert.equal(news(), ["drive 1", "waits switching at GPIO17"]);
  assert.equal(job(), ["drive 1"]);
  line.refuses = undefined;
  assert.equal(job(), ["drive 1", "output 1"]);
});

spec("an output that gave way to another of its group forgets the command that ended so", () => {
  const { line, drive, job, news } = heater();
  job();
  drive(1);
  news();
  line.refuses = "interlock";
  line.taken = true;
  assert.equal(job(), ["renew", "drive 0", "waits interlock at GPIO17"]);
  assert.equal(job(), []);
});
