import * as assert from "uvu/assert";
import type { Wire } from "../../firmware/client/wire.ts";
import { WireHardware } from "../../firmware/client/wire-hardware.ts";
import { FrameReader } from "../../firmware/transport/frame.ts";
import { spec } from "../harness/spec.ts";

/** A wire that nobody answers: it notes until when each request was waited for. */
function deafWire() {
  const waitedUntil: number[] = [];
  const wire: Wire & { us: number } = {
    owner: 0,
    epoch: 1,
    waitedUs: 0,
    us: 1000,
    now() {
      return this.us;
    },
    exchange(frame, deadlineUs) {
      const { deadlineUs: told } = (() => {
        const reader = new FrameReader().over(frame.bytes);
        reader.decode(0, frame.length);
        return reader;
      })();
      assert.is(told, deadlineUs, "the guardian is told the same");
      waitedUntil.push(deadlineUs);
      return undefined;
    },
    poll() {},
  };
  return { wire, waitedUntil };
}

spec("a request ends after its own limit, or by the time that was set, whichever is first", () => {
  const { wire, waitedUntil } = deafWire();
  const hardware = new WireHardware(wire, { lines: { GPIO17: 0 }, buses: { "i2c-1": 0 } }, 100);
  const read = () =>
    assert.throws(
      () => hardware.i2c("i2c-1", 0x76).read(1),
      (error: { code?: string }) => error.code === "timeout",
    );
  const drive = () =>
    assert.throws(
      () => hardware.output("GPIO17").read(),
      (error: { code?: string }) => error.code === "timeout",
    );
  read();
  hardware.endBy(51_000);
  read();
  drive();
  hardware.endBy(900_000);
  read();
  hardware.endBy(Number.POSITIVE_INFINITY);
  read();
  assert.equal(waitedUntil, [101_000, 51_000, 51_000, 101_000, 101_000]);
});
