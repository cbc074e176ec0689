/** Inputs from the world to the reading: contacts, pulses, stuck inputs and storms. */
import { equal, is, ok } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const door = { driver: "contact", line: "GPIO5", bias: "pull-up", activeLow: true, every: "1s" };
/** A YF-S201: 450 pulses a litre. */
const flow = {
  driver: "pulse-counter",
  line: "GPIO16",
  bias: "pull-down",
  every: "1s",
  settings: { pulsesPerUnit: 450, unit: "L", per: "min", zeroAfter: "5s" },
};

function boardWith(id: string, device: object): SimulatedBoard {
  const board = new SimulatedBoard({ changes: [[`devices.${id}`, device]] });
  board.until(10);
  board.trace.news();
  return board;
}

spec("a door is told closed and open once it has rested", () => {
  const board = boardWith("door", door);
  const closed = () => board.trace.reading("door.closed")?.value;
  is(closed(), false, "pulled up");
  board.set("door", { closed: true });
  board.for(0.019);
  is(closed(), false);
  board.for(0.002);
  is(closed(), true);
  is(board.trace.reading("door.closed")?.sampledAtUs, 10_000_000, "when it began to rest");
  board.set("door", { closed: false });
  board.for(0.01);
  board.set("door", { closed: true });
  board.for(5);
  is(closed(), true);
  equal(board.trace.news(), [], "nothing else happened");
});

spec("a flow is counted, totalled and told in litres a minute, whatever becomes of its driver", () => {
  const board = boardWith("flow", flow);
  board.set("flow", { frequencyHz: 37.5 });
  board.for(20);
  const value = (reading: string) => board.trace.reading(`flow.${reading}`)?.value as number;
  ok(Math.abs(value("rate") - 5) < 1e-6, `${value("rate")} L/min`);
  ok(value("count") >= 37.5 * 18 && value("count") <= 37.5 * 20, `${value("count")} pulses`);
  is(value("total"), value("count") / 450);
  board.crash("flow");
  board.for(10);
  ok(value("count") >= 37.5 * 28, "nothing was lost over the restart");
  board.set("flow", { frequencyHz: 0 });
  board.for(10);
  is(value("rate"), 0);
  is(board.trace.reading("flow.rate")?.quality, "good");
});

spec(
  "more pulses than a line can mean are a storm: it is named, the counts are suspect, nobody else is late",
  () => {
    const board = boardWith("flow", flow);
    board.set("flow", { frequencyHz: 100_000 });
    board.for(1);
    equal(board.trace.news(), [
      "10.100 edgeStorm GPIO16 rateHz=200020 count=10001 maskedMs=1000",
      "10.100 flow.count suspect",
      "10.100 flow.total suspect",
      "10.100 flow.rate suspect",
    ]);
    board.for(2);
    equal(board.trace.news(), ["11.200 edgeStorm GPIO16 rateHz=200020 count=10001 maskedMs=2000"]);
    is(board.trace.reading("flow.count")?.quality, "suspect", "as long as it is masked");
    board.set("flow", { frequencyHz: 37.5 });
    board.for(10);
    equal(board.trace.news(), [
      "14.200 edgeStormOver GPIO16",
      "15.000 flow.count good",
      "15.000 flow.total good",
      "15.000 flow.rate good",
    ]);
    ok(Math.abs((board.trace.reading("flow.rate")?.value as number) - 5) < 1e-6);
  },
);

spec("an input that should have moved is told as stuck, its reading suspect, until it moves", () => {
  const board = boardWith("door", { ...door, expectChange: "30s" });
  board.until(29.9);
  equal(board.trace.news(), []);
  board.until(35);
  equal(board.trace.news(), [
    "30.000 door inputStuck GPIO5 forMs=30000: unchanged for 30s",
    "30.000 door.closed suspect",
  ]);
  equal(board.trace.state("door").stuck, { why: "unchanged", forMs: 30_000 });
  board.set("door", { closed: true });
  board.for(1);
  equal(board.trace.news(), ["35.020 door inputMoved GPIO5", "35.020 door.closed good"]);
  is(board.trace.state("door").stuck, null);
});

spec("a button that is held longer than any finger would is stuck by the same alarm", () => {
  const board = boardWith("key", { ...door, driver: "button", settings: { stuckAfter: "5s" } });
  board.set("key", { pressed: true });
  board.for(6);
  equal(board.trace.news(), [
    "15.000 key inputStuck GPIO5 forMs=5000: held for 5s",
    "15.000 key.pressed suspect",
  ]);
  board.set("key", { pressed: false });
  board.for(6);
  equal(board.trace.news(), ["16.020 key inputMoved GPIO5", "16.020 key.pressed good"]);
});
