import { equal } from "uvu/assert";
import type { BusStatus } from "../../firmware/contracts/backend.ts";
import { Expander } from "../../firmware/guardian/expander.ts";
import type { PolicyTransfer } from "../../firmware/guardian/policy-transfer.ts";
import { spec } from "../harness/spec.ts";

/** An expander over a bus that a test answers; what went over the wire, and who was answered what. */
function bench() {
  const trace: string[] = [];
  let current: PolicyTransfer | undefined;
  const expander = new Expander(
    {
      ...{ expander: "valves", bus: "i2c-1", address: 0x20, pins: 16, outputs: [] },
      registers: { direction: 0x00, latch: 0x14, port: 0x12 },
    },
    {
      transfer: (transfer) => {
        current = transfer;
      },
      sensed: (token, level) => void trace.push(`${token} is ${level}`),
      settled: () => {},
    },
  );
  /** The transfer that was handed in has its turn on the bus, and its answer. */
  const answer = (status: BusStatus = "ok", ...bytes: number[]) => {
    const { bytes: written, readLength, done } = current!;
    current = undefined;
    const hex = [...written].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    trace.push(readLength > 0 ? `w ${hex} r ${readLength}` : `w ${hex}`);
    done(status, Uint8Array.from(bytes), 0, bytes.length, 0);
  };
  return { expander, answer, idle: () => current === undefined, happened: () => trace.splice(0) };
}

spec("a round writes latch, then direction, and reads the port back", () => {
  const { expander, answer, happened, idle } = bench();
  expander.drive(9, 1, 7);
  for (const bytes of [[], [], [0x00, 0x02]]) answer("ok", ...bytes);
  equal(happened(), ["w 14 00 02", "w 00 ff fd", "w 12 r 2", "7 is 1"]);
  expander.sense(9, 8);
  answer("ok", 0x00, 0x00);
  equal(happened(), ["w 12 r 2", "8 is 0"], "who only asks writes nothing");
  equal(idle(), true, "nothing left open");
});

spec("a level that changes while its transfer waits for the bus never goes out", () => {
  const { expander, answer, happened } = bench();
  expander.drive(0, 1, 1);
  expander.drive(0, 0, 2);
  for (const bytes of [[], [], [0x00, 0x00]]) answer("ok", ...bytes);
  equal(happened(), ["w 14 00 00", "w 00 fe ff", "w 12 r 2", "1 is 0"]);
  for (const bytes of [[], [], [0x00, 0x00]]) answer("ok", ...bytes);
  equal(
    happened(),
    ["w 14 00 00", "w 00 fe ff", "w 12 r 2", "2 is 0"],
    "the second is answered by its own round",
  );
});

spec("a transfer that fails answers nobody a level, and the next round writes everything again", () => {
  const { expander, answer, happened } = bench();
  expander.drive(0, 1, 1);
  answer();
  answer("address_nak");
  equal(happened(), ["w 14 01 00", "w 00 fe ff", "1 is NaN"]);
  expander.sense(0, 2);
  for (const bytes of [[], [], [0x01, 0x00]]) answer("ok", ...bytes);
  equal(happened(), ["w 14 01 00", "w 00 fe ff", "w 12 r 2", "2 is 1"]);
});

spec("what is asked while a chip is taken over waits until it is known what its other pins are", () => {
  const { expander, answer, happened } = bench();
  const found: number[] = [];
  expander.adopt((lines) =>
    found.push(...lines.flatMap(({ driven, level }, pin) => (driven ? [pin, level] : []))),
  );
  expander.drive(0, 1, 1);
  answer("ok", 0x80, 0x00);
  answer("ok", 0x7f, 0xff);
  equal(found, [7, 1]);
  answer();
  answer();
  equal(happened(), ["w 14 r 2", "w 00 r 2", "w 14 81 00", "w 00 7e ff"]);
});
