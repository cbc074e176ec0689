/** Structures by hand from include/uapi/linux/gpio.h (Linux 6.1); the kernel guest tries them on a real kernel. */
import { equal, is, throws } from "uvu/assert";
import {
  CHIP_INFO_BYTES,
  decodeChipInfo,
  decodeEvent,
  decodeLineInfo,
  encodeConfig,
  encodeRequest,
  GPIO_IOCTL,
  LINE_INFO_BYTES,
  levelBits,
} from "../../../firmware/linux/gpio-uapi.ts";
import { spec } from "../../harness/spec.ts";

/** Where bytes are not zero, as `offset: value`. */
function nonZero(bytes: Buffer): Record<number, number> {
  return Object.fromEntries([...bytes.entries()].filter(([, value]) => value !== 0));
}

spec("request numbers carry direction and size of their structure", () => {
  const iowr = (number: number, size: number) => ((3 << 30) | (size << 16) | (0xb4 << 8) | number) >>> 0;
  is(GPIO_IOCTL.chipInfo, ((2 << 30) | (68 << 16) | (0xb4 << 8) | 0x01) >>> 0);
  is(GPIO_IOCTL.lineInfo, iowr(0x05, 256));
  is(GPIO_IOCTL.requestLines, iowr(0x07, 592));
  is(GPIO_IOCTL.setConfig, iowr(0x0d, 272));
  is(GPIO_IOCTL.getValues, iowr(0x0e, 16));
  is(GPIO_IOCTL.setValues, iowr(0x0f, 16));
});

spec("a request holds offsets, consumer, configuration and count in their places", () => {
  const bytes = encodeRequest([17, 300], "hf", { direction: "output", levels: [0, 1], bias: "none" }, 64);
  equal(nonZero(bytes), {
    0: 17,
    4: 300 & 0xff,
    5: 300 >> 8,
    256: 0x68,
    257: 0x66,
    288: 1 << 3, // GPIO_V2_LINE_FLAG_OUTPUT
    289: 1 << 2, // GPIO_V2_LINE_FLAG_BIAS_DISABLED, bit 10
    296: 1, // num_attrs
    320: 2, // GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES
    328: 0b10, // values
    336: 0b11, // mask: both lines
    560: 2, // num_lines
    564: 64, // event_buffer_size
  });
});

spec("as-is asks for nothing, so that a line can be looked at before it is touched", () => {
  equal(nonZero(encodeConfig(1, { direction: "as-is" })), {});
});

spec("an input with edges, pull-up and debounce", () => {
  const bytes = encodeConfig(1, { direction: "input", bias: "pull-up", edges: "both", debounceUs: 0x4e20 });
  equal(nonZero(bytes), { 0: 0b0011_0100, 1: 1, 8: 1, 32: 3, 40: 0x20, 41: 0x4e, 48: 1 });
});

spec("what makes no request is refused before the kernel sees it", () => {
  throws(() => encodeRequest([], "hf", { direction: "input" }), /0 lines/);
  throws(
    () =>
      encodeRequest(
        Array.from({ length: 65 }, (_, at) => at),
        "hf",
        { direction: "input" },
      ),
    /65 lines/,
  );
  throws(() => encodeConfig(2, { direction: "output", levels: [1] }), /1 levels for 2 lines/);
  is(levelBits([1, 0, 0.5]), 0b101n);
});

spec("chip and line information", () => {
  const chip = Buffer.alloc(CHIP_INFO_BYTES);
  chip.write("gpiochip0", 0);
  chip.write("pinctrl-bcm2711", 32);
  chip[64] = 58;
  equal(decodeChipInfo(chip), { name: "gpiochip0", label: "pinctrl-bcm2711", lines: 58 });
  const line = Buffer.alloc(LINE_INFO_BYTES);
  line.write("GPIO17", 0);
  line.write("holdfast", 32);
  line[72] = 0b1001; // used, output
  equal(decodeLineInfo(line), { name: "GPIO17", consumer: "holdfast", used: true, direction: "output" });
});

spec("an event's time is monotonic microseconds, however long the board is up", () => {
  const bytes = Buffer.alloc(2 * 48);
  bytes.writeBigUInt64LE(31_536_000_123_456_789n, 48); // a year
  bytes[56] = 2; // falling
  bytes[60] = 23;
  bytes[64] = 7;
  const event = decodeEvent(bytes, 48, { level: 0, atUs: 0, offset: 0, sequence: 0 });
  equal(
    { ...event, atUs: Math.round(event.atUs) },
    { atUs: 31_536_000_123_457, level: 0, offset: 23, sequence: 7 },
  );
});
