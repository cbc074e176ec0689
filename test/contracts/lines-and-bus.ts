/** What every way to the lines and buses must do: run over one thread and over real processes. */
import { equal, is } from "uvu/assert";
import type { ChipFault } from "../../firmware/emulated/chip-fault.ts";
import type { Operation } from "../firmware/fixtures/operation.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

/** A bench with owner 0 granted everything on it. */
export interface Bench {
  /** Carries out an operation in the cell; rejects with its error, `code` included. */
  call(operation: Operation): Promise<unknown>;
  /** Electrical levels, as an outside observer sees them. */
  levels(): Promise<Record<string, number>>;
  /** Moves an input, and returns when its edge was told. */
  drive(line: string, level: 0 | 1): Promise<void>;
  /** Moves an input whose edge may not count. */
  pull(line: string, level: 0 | 1): Promise<void>;
  /** Lets time go by. */
  pass(ms: number): Promise<void>;
  fault(fault: ChipFault | null): Promise<void>;
  fence(): Promise<void>;
  revoke(): Promise<void>;
  /** A new cell in the place of the ended one. */
  regrant(epoch: number): Promise<void>;
}

/** `pulses` false where the interface under test cannot count: that story is left out. */
export function linesAndBus(
  over: string,
  makeBench: (t: SpecContext) => Promise<Bench>,
  { pulses = true }: { readonly pulses?: boolean } = {},
): void {
  const story = (fact: string, body: (bench: Bench) => Promise<void>) =>
    spec(`${fact}, over ${over}`, async (t) => body(await makeBench(t)), { limitMs: 20_000 });

  story("outputs open at their safe levels, activeLow applied", async (bench) => {
    const { GPIO17, GPIO22, GPIO27 } = await bench.levels();
    equal({ GPIO17, GPIO22, GPIO27 }, { GPIO17: 0, GPIO22: 1, GPIO27: 1 });
  });

  story("a written level is driven and read back", async (bench) => {
    is(await bench.call({ op: "write", line: "GPIO23", level: 1 }), 1);
    is(await bench.call({ op: "write", line: "GPIO22", level: 1 }), 1);
    is(await bench.call({ op: "read", line: "GPIO22" }), 1);
    const { GPIO23, GPIO22 } = await bench.levels();
    equal({ GPIO23, GPIO22 }, { GPIO23: 1, GPIO22: 0 });
  });

  story("PWM takes a duty between 0 and 1, nothing else", async (bench) => {
    is(await bench.call({ op: "write", line: "GPIO18", level: 0.25 }), 0.25);
    is(await code(bench.call({ op: "write", line: "GPIO18", level: 1.5 })), "refused");
    is(await code(bench.call({ op: "write", line: "GPIO17", level: 0.5 })), "refused");
    is((await bench.levels()).GPIO18, 0.25);
  });

  story("a fence makes a PWM output safe", async (bench) => {
    await bench.call({ op: "write", line: "GPIO18", level: 0.75 });
    await bench.fence();
    is(await code(bench.call({ op: "write", line: "GPIO18", level: 1 })), "fenced");
    is((await bench.levels()).GPIO18, 0);
  });

  story("a line that was not granted is refused", async (bench) => {
    is(await code(bench.call({ op: "write", line: "GPIO4", level: 1 })), "not_owner");
    is(await code(bench.call({ op: "write", line: "GPIO5", level: 1 })), "not_owner");
    is(await code(bench.call({ op: "input", line: "GPIO4" })), "not_owner");
  });

  story("an input reads its logical level and reports edges with their time", async (bench) => {
    is(await bench.call({ op: "input", line: "GPIO5" }), 0, "pulled up, active low");
    await bench.drive("GPIO5", 0);
    await bench.drive("GPIO5", 1);
    is(await bench.call({ op: "input", line: "GPIO5" }), 0);
    const edges = await toldBy(bench, 2);
    equal(edges.map(inWords), ["GPIO5 1", "GPIO5 0"]);
    is(edges[0]!.atUs <= edges[1]!.atUs, true);
    equal(await bench.call({ op: "edges" }), [], "nothing else happened");
  });

  story(
    "a debounced input tells a change once it has rested, and no pulse that is shorter",
    async (bench) => {
      const rest = async (level: 0 | 1) => {
        await bench.pull("GPIO26", level);
        await bench.pass(400);
        // It rests from when its edge was heard, which may be late as well.
        for (let round = 0; round < ROUNDS; round++) {
          if ((await bench.call({ op: "input", line: "GPIO26" })) === level) break;
          await bench.pass(20);
        }
        await bench.pass(100);
        await edgesOf(bench);
      };
      is(await bench.call({ op: "input", line: "GPIO26" }), 0);
      const bounced = await inTime(
        async () => {
          for (const level of [1, 0, 1] as const) {
            await bench.pull("GPIO26", level);
            await bench.pass(10);
          }
          return [await bench.call({ op: "input", line: "GPIO26" }), await edgesOf(bench)];
        },
        () => rest(0),
      );
      equal(bounced, [0, []], "it bounces");
      await bench.pass(400);
      equal(await edgesOf(bench, 1), ["GPIO26 1"]);
      is(await bench.call({ op: "input", line: "GPIO26" }), 1);
      await inTime(
        async () => {
          await bench.pull("GPIO26", 0);
          await bench.pass(10);
          await bench.pull("GPIO26", 1);
        },
        () => rest(1),
      );
      await bench.pass(400);
      equal(await edgesOf(bench), [], "nothing else happened");
    },
  );

  story("an input whose rising edges count tells no others, activeLow applied", async (bench) => {
    await bench.drive("GPIO13", 0);
    await bench.pull("GPIO13", 1);
    await bench.pass(20);
    await bench.drive("GPIO13", 0);
    equal(await edgesOf(bench, 2), ["GPIO13 1", "GPIO13 1"]);
  });

  if (pulses) {
    story("pulses are counted, and none of them told", async (bench) => {
      const counted = async () => Number(await bench.call({ op: "pulses", line: "GPIO16" }));
      const threePulses = async () => {
        const before = await counted();
        for (const level of [0, 1, 0, 1, 0, 1] as const) {
          await bench.pull("GPIO16", level);
          await bench.pass(20);
        }
        const got = async () => (await counted()) - before;
        // They travel by themselves, too.
        for (let round = 0; round < ROUNDS && (await got()) < 3; round++) await bench.pass(20);
        return got();
      };
      let got = await threePulses();
      // A kernel whose thread for the line is held up takes two for one, not every time.
      for (let tries = 1; got < 3 && tries < 5; tries++) got = await threePulses();
      is(got, 3);
      equal(await edgesOf(bench), []);
      is(await code(bench.call({ op: "pulses", line: "GPIO5" })), "refused", "it does not count");
    });
  }

  story("a chip is written and read", async (bench) => {
    await bench.call({ op: "transfer", write: [3, 0x12, 0x34], read: 0 });
    equal(await bench.call({ op: "transfer", write: [3], read: 2 }), [0x12, 0x34]);
    equal(await bench.call({ op: "transfer", write: [], read: 1 }), [0]);
  });

  story("an absent chip, a refused byte, a foreign address and a long transfer differ", async (bench) => {
    is(await code(bench.call({ op: "transfer", address: 0x19, write: [0], read: 1 })), "address_nak");
    is(await code(bench.call({ op: "transfer", write: [15, 1], read: 0 })), "data_nak");
    is(await code(bench.call({ op: "transfer", address: 0x20, write: [0], read: 1 })), "refused");
    is(await code(bench.call({ op: "transfer", bus: "i2c-9", write: [0], read: 1 })), "refused");
    is(await code(bench.call({ op: "transfer", write: [0], read: 257 })), "refused");
  });

  story("a slow answer is waited for, and that time is told", async (bench) => {
    const beforeUs = (await bench.call({ op: "waited" })) as number;
    await bench.fault({ kind: "slow", ms: 30 });
    equal(await bench.call({ op: "transfer", write: [3], read: 2 }), [0, 0]);
    const waitedUs = ((await bench.call({ op: "waited" })) as number) - beforeUs;
    is(waitedUs >= 29_000, true, `${waitedUs} us of 30 ms`);
  });

  story("an answer is not waited for beyond the time that was set", async (bench) => {
    // Whoever looks late for an answer finds it: it comes much later than that.
    await bench.fault({ kind: "slow", ms: 200 });
    await bench.call({ op: "endIn", us: 20_000 });
    is(await code(bench.call({ op: "transfer", write: [3], read: 2 })), "timeout");
    await bench.fault(null);
    await bench.call({ op: "endIn", us: 60_000_000 });
    equal(await bench.call({ op: "transfer", write: [3], read: 2 }), [0, 0]);
  });

  story("an unplugged chip naks and is back when it is plugged in", async (bench) => {
    await bench.fault({ kind: "unplugged" });
    is(await code(bench.call({ op: "transfer", write: [0], read: 1 })), "address_nak");
    await bench.fault(null);
    equal(await bench.call({ op: "transfer", write: [0], read: 1 }), [0]);
  });

  story("a stuck bus is named, gets nine clocks and works again", async (bench) => {
    await bench.fault({ kind: "stuck" });
    is(await code(bench.call({ op: "transfer", write: [0], read: 1 })), "bus_stuck");
    equal(await bench.call({ op: "transfer", write: [0], read: 1 }), [0]);
  });

  story("a fence makes outputs safe, and late requests of the old epoch are refused", async (bench) => {
    await bench.call({ op: "write", line: "GPIO17", level: 1 });
    await bench.call({ op: "write", line: "GPIO23", level: 1 });
    await bench.fence();
    is(await code(bench.call({ op: "write", line: "GPIO17", level: 1 })), "fenced");
    is(await code(bench.call({ op: "transfer", write: [0], read: 1 })), "fenced");
    const { GPIO17, GPIO23 } = await bench.levels();
    equal({ GPIO17, GPIO23 }, { GPIO17: 0, GPIO23: 1 }, "GPIO23 holds");
  });

  story("a new epoch takes over where the fenced one ended", async (bench) => {
    await bench.call({ op: "write", line: "GPIO23", level: 1 });
    await bench.fence();
    await bench.regrant(2);
    is(await bench.call({ op: "read", line: "GPIO23" }), 1);
    is(await bench.call({ op: "write", line: "GPIO17", level: 1 }), 1);
  });

  story("an orderly end makes every output safe, held ones too", async (bench) => {
    await bench.call({ op: "write", line: "GPIO17", level: 1 });
    await bench.call({ op: "write", line: "GPIO23", level: 1 });
    await bench.revoke();
    is(await code(bench.call({ op: "renew", line: "GPIO17" })), "fenced");
    const { GPIO17, GPIO23 } = await bench.levels();
    equal({ GPIO17, GPIO23 }, { GPIO17: 0, GPIO23: 0 });
  });
}

/** Edges travel by themselves: on a machine that is full they come after the answer to a call. */
const ROUNDS = 200;

/** Shorter than a debounced input of the bench has to rest, ms of real time. */
const RESTLESS_MS = 250;

interface ToldEdge {
  readonly line: string;
  readonly level: number;
  readonly atUs: number;
}

/** What `story` comes to where nothing held it up for as long as an input rests; where something did, once more after `restore`. */
async function inTime<T>(story: () => Promise<T>, restore: () => Promise<void>): Promise<T> {
  for (let tries = 0; tries < 50; tries++) {
    const startMs = performance.now();
    const end = await story();
    if (performance.now() - startMs < RESTLESS_MS) return end;
    await restore();
  }
  throw new Error(`never done within ${RESTLESS_MS} ms`);
}

/** Edges that have come since the last call, as line and level; `count` of them are waited for. */
async function edgesOf(bench: Bench, count = 0): Promise<string[]> {
  return (await toldBy(bench, count)).map(inWords);
}

function inWords({ line, level }: ToldEdge): string {
  return `${line} ${level}`;
}

async function toldBy(bench: Bench, count: number): Promise<ToldEdge[]> {
  const edges: ToldEdge[] = [];
  for (let round = 0; round === 0 || (edges.length < count && round < ROUNDS); round++) {
    if (round > 0) await bench.pass(20);
    edges.push(...((await bench.call({ op: "edges" })) as ToldEdge[]));
  }
  return edges;
}

/** The code of the error that a call must end with. */
export async function code(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return "no error";
}
