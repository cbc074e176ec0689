import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

spec("a device that is at work when the guardian stops loses its right and ends; that is no crash", () => {
  const board = new SimulatedBoard();
  board.until(30);
  board.trace.news();
  board.guardian.guardian.stop();
  board.for(3);
  const news = board.trace.news();
  assert.is(news.filter((line) => line.includes(" crash ")).join("\n"), "");
  // Each of them did ask for something, and was told.
  for (const end of ["climate", "soil", "light"].map((device) => `${device} restart full restarts=1`))
    assert.ok(
      news.some((line) => line.includes(`${end}: shutdown: fenced at i2c-`)),
      news.join("\n"),
    );
});
