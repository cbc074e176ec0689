import { equal, is } from "uvu/assert";
import { EdgeBuffer } from "../../firmware/emulated/edge-buffer.ts";
import { WorldEdges } from "../../firmware/emulated/world-edges.ts";
import { FrameReader } from "../../firmware/transport/frame.ts";
import { FrameStream } from "../../firmware/transport/frame-stream.ts";
import { spec } from "../harness/spec.ts";

function drained(buffer: EdgeBuffer): [level: number, atUs: number, sequence: number][] {
  const edges: [number, number, number][] = [];
  buffer.drain((level, atUs, sequence) => edges.push([level, atUs, sequence]));
  return edges;
}

spec("edges are handed over once, in their order, with their numbers", () => {
  const buffer = new EdgeBuffer();
  buffer.push(1, 10);
  buffer.push(0, 20);
  equal(drained(buffer), [
    [1, 10, 1],
    [0, 20, 2],
  ]);
  equal(drained(buffer), []);
  buffer.push(1, 30);
  equal(drained(buffer), [[1, 30, 3]]);
});

spec("of more than are kept the newest stay, and the gap in the numbers says how many went", () => {
  const buffer = new EdgeBuffer();
  buffer.push(1, 0);
  drained(buffer);
  for (let edge = 1; edge <= 5000; edge++) buffer.push(edge % 2 === 0 ? 1 : 0, edge);
  const edges = drained(buffer);
  is(edges.length, 1024);
  equal(edges[0], [0, 3977, 3978], "number 1 was before: 3976 are gone");
  equal(edges.at(-1), [1, 5000, 5001]);
});

spec("edges of one turn travel together, those of lines that nobody listens to do not", async () => {
  const writes: Uint8Array[] = [];
  const edges = new WorldEdges((bytes) => writes.push(bytes));
  edges.listen("GPIO5", 3, true);
  edges.edge("GPIO5", 1, 10);
  edges.edge("GPIO6", 1, 11);
  edges.edge("GPIO5", 0, 12);
  is(writes.length, 0);
  await Promise.resolve();
  is(writes.length, 1);
  edges.edge("GPIO5", 1, 20);
  edges.flush();
  await Promise.resolve();
  is(writes.length, 2, "an answer does not overtake it, and it goes once");
  edges.listen("GPIO5", 3, false);
  edges.edge("GPIO5", 0, 30);
  await Promise.resolve();
  is(writes.length, 2);
  const stream = new FrameStream(4096);
  const frame = new FrameReader();
  const heard: string[] = [];
  for (const bytes of writes) stream.append(bytes, bytes.length);
  while (stream.next(frame))
    heard.push(`${frame.request}: ${frame.u16(0)} ${frame.u8(2)} at ${frame.f64(4)}`);
  equal(heard, ["1: 3 1 at 10", "2: 3 0 at 12", "3: 3 1 at 20"]);
});
