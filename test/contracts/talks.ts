/** What conversations between cells keep, whatever runs the cells. */
import * as assert from "uvu/assert";
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import { spec } from "../harness/spec.ts";
import type { CellBench, MakeBench } from "./cells.ts";

const module = new URL("./talk-bodies.js", import.meta.url).href;

/** A cell whose first process is this body of `talk-bodies.ts`. */
export function talking(name: string, body: string, args: readonly unknown[] = []): CellSpec {
  return { name, body: { module, name: body }, args };
}

export function talkContract(kind: string, make: MakeBench): void {
  const given = (name: string, body: (bench: CellBench, log: string[]) => Promise<void>) =>
    spec(
      `${kind}: ${name}`,
      async (t) => {
        const log: string[] = [];
        const note = (line: string) => void log.push(line);
        await body(make(t, { ended: note, crashed: note }), log);
      },
      { limitMs: 30_000 },
    );

  given("two cells that keep the contract speak", async (bench, log) => {
    const { kernel, quiet } = bench;
    const meter = kernel.startCell(talking("meter", "metering", [0]));
    kernel.startCell(talking("client", "asking", [meter, 100, 2]));
    kernel.startCell(talking("later", "asking", [meter, 3, 1]));
    const lines = [await told(bench), await told(bench)];
    assert.equal(lines.toSorted(), ["100 answers, over", "3 answers, over"]);
    await quiet();
    assert.equal(log, []);
  });

  given("what crosses between two cells is never blamed", async ({ kernel, next }, log) => {
    const source = kernel.startCell(talking("source", "streaming", [200]));
    kernel.startCell(talking("sink", "sinking", [source, 200]));
    assert.equal((await next(2)).toSorted(), ["all samples in order", "heard 200 rates"]);
    assert.equal(
      log.filter((line) => line.includes("contract")),
      [],
    );
  });

  given(
    "a cell that lies is stopped by the one that hears it, also when it traps exits",
    async (bench, log) => {
      const { kernel, until, quiet } = bench;
      const liar = kernel.startCell(talking("liar", "lying"));
      kernel.startCell(talking("client", "asking", [liar, 1, 2]));
      const why =
        'contract meter, state asked: meter <bench.liar.1> said answer with message.volts "many"; allowed: number';
      assert.is(await told(bench), `down: ${why}`);
      await until(() => log.some((line) => line.startsWith("liar 1 ended")));
      await quiet();
      assert.equal(log.toSorted(), [`client crashed: ${why}`, "liar 1 ended: killed"]);
    },
  );

  given("who would break the contract dies of it in its own cell", async ({ kernel, until, quiet }, log) => {
    const meter = kernel.startCell(talking("meter", "metering", [0]));
    kernel.startCell(talking("client", "asking", [meter, 1, 9]));
    await until(() => log.some((line) => line.startsWith("client 1 ended")));
    await quiet();
    const why =
      "contract meter, state idle: client <bench.client.1> said ask with message.channel 9; allowed: int 0..3";
    assert.equal(log, [`client crashed: ${why}`, `client 1 ended: ${why}`]);
  });

  given("who does not answer in time is stopped and named", async (bench, log) => {
    const { kernel, until } = bench;
    const meter = kernel.startCell(talking("meter", "metering", [20_000]));
    kernel.startCell(talking("client", "asking", [meter, 1, 1]));
    const line = await told(bench);
    assert.match(
      line,
      /^down: contract meter, state asked: meter <bench\.meter\.1> was to say answer or failed: .* blamed: peer$/,
    );
    await until(() => log.some((entry) => entry.startsWith("meter 1 ended: contract meter")));
  });
}

/** The next line; that a cell boots, or a shared machine stands still, may be told before, and changes nothing. */
async function told({ next }: CellBench): Promise<string> {
  for (;;) {
    const [line] = await next();
    if (line !== "missed by scheduler") return line!;
  }
}
