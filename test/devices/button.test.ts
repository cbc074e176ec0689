import * as assert from "uvu/assert";
import { Button, type ButtonEvent, type ButtonOptions } from "../../devices/drivers/button.ts";
import { spec } from "../harness/spec.ts";

/** Feeds `"12 1"` (level 1 at 12 ms) and `"50 ?"` (look at 50 ms), and tells what came out as text. */
function story(steps: readonly string[], options: ButtonOptions = {}): readonly string[] {
  const button = new Button(options);
  const tell = (event: ButtonEvent) => {
    const more = event.type === "release" ? ` held ${event.heldMs}${event.wasStuck ? " stuck" : ""}` : "";
    return `${event.type} at ${event.atUs / 1000}${more}`;
  };
  return steps.flatMap((step) => {
    const [ms = "", what = ""] = step.split(" ");
    const atUs = Number(ms) * 1000;
    const events = what === "?" ? button.advance(atUs) : button.edge({ level: what === "1" ? 1 : 0, atUs });
    return events.map(tell);
  });
}

spec("a clean press and release are told with the times of their edges", () => {
  assert.equal(story(["10 1", "30 ?", "100 0", "120 ?"]), ["press at 10", "release at 100 held 90"]);
});

spec("nothing is told before the level rested for the stable time", () => {
  assert.equal(story(["10 1", "29.999 ?"]), []);
  assert.equal(story(["10 1", "29.999 ?", "30 ?"]), ["press at 10"]);
});

spec("bouncing counts from its last edge", () => {
  assert.equal(story(["10 1", "11 0", "12 1", "13 0", "14 1", "33 ?", "34 ?"]), ["press at 14"]);
});

spec("a pulse shorter than the stable time is nothing", () => {
  assert.equal(story(["10 1", "15 0", "1000 ?"]), []);
});

spec("a gap shorter than the stable time does not end a press", () => {
  assert.equal(story(["10 1", "30 ?", "100 0", "110 1", "200 0", "220 ?"]), [
    "press at 10",
    "release at 200 held 190",
  ]);
});

spec("edges alone carry the story when nobody looks in between", () => {
  assert.equal(story(["10 1", "100 0", "200 1"]), ["press at 10", "release at 100 held 90"]);
});

spec("the same level twice is a lost edge: the rest starts anew", () => {
  assert.equal(story(["10 1", "25 1", "30 ?", "45 ?"]), ["press at 25"]);
});

spec("a long press is told once, while held", () => {
  assert.equal(story(["10 1", "1009 ?", "1010 ?", "5000 ?", "6000 0", "6020 ?"]), [
    "press at 10",
    "long at 1010",
    "release at 6000 held 5990",
  ]);
});

spec("let go just before the long time is no long press, though the release is believed after it", () => {
  assert.equal(story(["10 1", "30 ?", "1005 0", "1100 ?"]), ["press at 10", "release at 1005 held 995"]);
});

spec("a late look tells everything in the order of time", () => {
  assert.equal(story(["10 1", "90000 ?", "100000 0", "100020 ?"]), [
    "press at 10",
    "long at 1010",
    "stuck at 60010",
    "release at 100000 held 99990 stuck",
  ]);
});

spec("after a stuck button was released it works again", () => {
  assert.equal(story(["0 1", "60000 ?", "70000 0", "70100 1", "70200 0", "70220 ?"]), [
    "press at 0",
    "long at 1000",
    "stuck at 60000",
    "release at 70000 held 70000 stuck",
    "press at 70100",
    "release at 70200 held 100",
  ]);
});

spec("dueUs names the time of the next event, and nothing at rest", () => {
  const button = new Button({ stableMs: 20, longMs: 1000, stuckMs: 2000 });
  assert.is(button.dueUs(), undefined);
  button.edge({ level: 1, atUs: 5000 });
  assert.is(button.dueUs(), 25_000);
  button.advance(25_000);
  assert.ok(button.pressed);
  assert.is(button.dueUs(), 1_005_000);
  button.advance(1_005_000);
  assert.is(button.dueUs(), 2_005_000);
  button.advance(2_005_000);
  assert.ok(button.stuck);
  assert.is(button.dueUs(), undefined);
  button.edge({ level: 0, atUs: 3_000_000 });
  assert.is(button.dueUs(), 3_020_000);
  button.advance(3_020_000);
  assert.not(button.pressed);
  assert.not(button.stuck);
  assert.is(button.dueUs(), undefined);
});

spec("times out of order are refused at the start", () => {
  assert.throws(() => new Button({ stableMs: 20, longMs: 10 }), RangeError);
  assert.throws(() => new Button({ stuckMs: 500 }), RangeError);
});
