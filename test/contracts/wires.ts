/** What every way to SPI and 1-wire must do: run over one thread and over real processes. */
import { equal, is } from "uvu/assert";
import { type SpecContext, spec } from "../harness/spec.ts";
import { type Bench, code } from "./lines-and-bus.ts";

/** A bench with a chip at CE1 of SPI that answers complements, and one thermometer on 1-wire. */
export function wires(
  over: string,
  makeBench: (t: SpecContext) => Promise<Pick<Bench, "call" | "fence" | "regrant">>,
): void {
  const story = (fact: string, body: (bench: Pick<Bench, "call" | "fence" | "regrant">) => Promise<void>) =>
    spec(`${fact}, over ${over}`, async (t) => body(await makeBench(t)), { limitMs: 20_000 });

  story("as many bytes come in over SPI as go out", async (bench) => {
    equal(await bench.call({ op: "spi", select: 1, bytes: [0, 0x0f, 0xa5] }), [0xff, 0xf0, 0x5a]);
    equal(
      await bench.call({ op: "spi", select: 1, bytes: new Array(256).fill(1) }),
      new Array(256).fill(0xfe),
    );
  });

  story("a foreign chip select, an unknown bus and a long transfer are refused", async (bench) => {
    is(await code(bench.call({ op: "spi", select: 0, bytes: [1] })), "refused");
    is(await code(bench.call({ op: "spi", bus: "spi7", select: 1, bytes: [1] })), "refused");
    is(await code(bench.call({ op: "spi", select: 1, bytes: [] })), "refused");
    is(await code(bench.call({ op: "spi", select: 1, bytes: new Array(257).fill(1) })), "refused");
  });

  story("a thermometer is told and asked, and its scratchpad is as after power-up", async (bench) => {
    await bench.call({ op: "w1", place: 0, write: [0x4e, 0x4b, 0x46, 0x1f], read: 0 });
    const scratchpad = (await bench.call({ op: "w1", place: 0, write: [0xbe], read: 9 })) as number[];
    equal(scratchpad.slice(0, 8), [0x50, 0x05, 0x4b, 0x46, 0x1f, 0xff, 0x0c, 0x10]);
  });

  story("a device that was not granted is refused", async (bench) => {
    is(await code(bench.call({ op: "w1", place: 1, write: [0xbe], read: 9 })), "refused");
    is(await code(bench.call({ op: "w1", place: 0, write: [], read: 9 })), "refused");
  });

  story("after a fence both are refused as fenced, until somebody new has them", async (bench) => {
    await bench.fence();
    is(await code(bench.call({ op: "spi", select: 1, bytes: [1] })), "fenced");
    is(await code(bench.call({ op: "w1", place: 0, write: [0xbe], read: 9 })), "fenced");
    await bench.regrant(2);
    equal(await bench.call({ op: "spi", select: 1, bytes: [1] }), [0xfe]);
  });
}
