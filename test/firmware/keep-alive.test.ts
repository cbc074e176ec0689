import { equal, is } from "uvu/assert";
import { KeepAlive } from "../../firmware/guardian/keep-alive.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

/** A loop whose beats a test makes, in time or late. */
function bench() {
  const clock = new HandClock();
  const heard: number[] = [];
  let beat = () => {};
  let running = true;
  const startMs = clock.us / 1000;
  const alive = new KeepAlive(clock, (_, run) => {
    beat = run;
    return () => {
      running = false;
    };
  });
  const watcher = (everyMs: number) => ({ everyMs, alive: () => heard.push(clock.us / 1000 - startMs) });
  const pass = (beats: number, ms = 100) => {
    for (let i = 0; i < beats; i++) {
      clock.passMs(ms);
      if (running) beat();
    }
  };
  return { alive, heard, watcher, pass };
}

spec("a loop that turns in time tells its watcher at the watcher's pace", () => {
  const { alive, heard, watcher, pass } = bench();
  alive.add(watcher(500));
  pass(20);
  equal(heard, [100, 600, 1100, 1600]);
  is(alive.late, 0);
});

spec("each watcher has its own pace", () => {
  const { alive, heard, watcher, pass } = bench();
  alive.add(watcher(200));
  alive.add(watcher(400));
  pass(6);
  equal(heard, [100, 100, 300, 500, 500]);
});

spec("one stall is forgiven, a hang is silence, and the beat that ends it does not count", () => {
  const { alive, heard, watcher, pass } = bench();
  alive.add(watcher(500));
  pass(1);
  pass(1, 590);
  equal(heard, [100, 690], "490 ms late");
  pass(1, 5000);
  equal(heard, [100, 690], "nothing at the end of a hang");
  is(alive.late, 1);
  pass(1);
  equal(heard, [100, 690, 5790]);
});

spec("a loop that is late at every beat tells nobody, however often it turns", () => {
  const { alive, heard, watcher, pass } = bench();
  alive.add(watcher(500));
  pass(50, 700);
  equal(heard, []);
  is(alive.late, 50);
});

spec("after the end nobody hears anything", () => {
  const { alive, heard, watcher, pass } = bench();
  alive.add(watcher(100));
  pass(1);
  alive.close();
  pass(10);
  equal(heard, [100]);
});
