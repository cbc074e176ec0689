/** The two ways through the guardian: a write from a cell to its line and back, an edge from a line to its handler. */
import { setTimeout as sleep } from "node:timers/promises";
import { percentiles } from "../machine.ts";
import type { Row } from "../rows.ts";
import { FenceRig } from "../time/fence-rig.ts";
import { type IoBench, type IoOptions, us } from "./bench.ts";
import { pipeFloor } from "./pipe-floor.ts";

const BODIES = "io/io-bodies";
const OUTPUT = "GPIO17";
const INPUT = "GPIO6";
const WRITE_US = 120;
const EDGE = { medianUs: 200, p99Us: 2000 } as const;
/** Threads that are woken one after the other: guardian, world, guardian, reader, cell; and world, guardian, reader, cell. */
const HOPS = { write: 5, edge: 3 } as const;

export const ways: IoBench = {
  name: "line write and edge",
  async run({ count }: IoOptions): Promise<readonly Row[]> {
    const writes = percentiles(await lineWrites(count));
    const edges = percentiles(await edgeAges(count));
    const floor = (hops: number) => pipeFloor(hops, count);
    const [writeFloor, edgeFloor] = [await floor(HOPS.write), await floor(HOPS.edge)];
    return [
      {
        work: "line write, driver to guardian done, round trip",
        ours: us(writes),
        peer: `${HOPS.write} threads that wake each other by pipes: ${us(writeFloor)}`,
        ratio: writes.medianUs / writeFloor.medianUs,
        goal: `median <= ${WRITE_US} us`,
        met: writes.medianUs <= WRITE_US,
      },
      {
        work: "edge at the emulated line to the handler in its cell",
        ours: us(edges),
        peer: `${HOPS.edge} threads that wake each other by pipes: ${us(edgeFloor)}`,
        ratio: edges.medianUs / edgeFloor.medianUs,
        goal: `median <= ${EDGE.medianUs} us, p99 <= ${EDGE.p99Us / 1000} ms`,
        met: edges.medianUs <= EDGE.medianUs && edges.p99Us <= EDGE.p99Us,
      },
    ];
  },
};

async function lineWrites(count: number): Promise<number[]> {
  const rig = await FenceRig.start();
  try {
    const grant = { owner: 0, outputs: [OUTPUT], inputs: [], i2c: [] };
    await rig.startCell(BODIES, "writer", "writes", [OUTPUT, count], grant);
    return (await rig.said()) as number[];
  } finally {
    await rig.close();
  }
}

async function edgeAges(count: number): Promise<number[]> {
  const rig = await FenceRig.start();
  try {
    const grant = { owner: 0, outputs: [], inputs: [INPUT], i2c: [] };
    await rig.startCell(BODIES, "hearer", "hears", [INPUT, count], grant);
    const said = rig.said();
    for (let edge = 1; edge <= count; edge++) {
      await rig.rig.observe({ drive: { line: INPUT, level: edge % 2 } });
      await sleep(2 + Math.random() * 4);
    }
    return (await said) as number[];
  } finally {
    await rig.close();
  }
}
