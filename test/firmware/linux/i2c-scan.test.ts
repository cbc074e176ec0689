import { is } from "uvu/assert";
import { wayToAsk } from "../../../firmware/linux/i2c-scan.ts";
import { spec } from "../../harness/spec.ts";

/** I2C_FUNC_SMBUS_QUICK and I2C_FUNC_SMBUS_READ_BYTE of linux/i2c.h. */
const QUICK = 0x00010000n;
const READ_BYTE = 0x00020000n;

spec("memories are asked by a read, all others by a write of nothing, as i2cdetect does", () => {
  for (let address = 0x08; address <= 0x77; address++) {
    const memory = (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f);
    is(wayToAsk(address, QUICK | READ_BYTE), memory ? "readByte" : "quick", `0x${address.toString(16)}`);
  }
});

spec("an adapter that lacks one way asks by the other where that harms nobody, or not at all", () => {
  is(wayToAsk(0x20, READ_BYTE), "readByte");
  is(wayToAsk(0x50, READ_BYTE), "readByte");
  is(wayToAsk(0x20, QUICK), "quick");
  is(wayToAsk(0x50, QUICK), undefined, "a write might change a memory");
  is(wayToAsk(0x20, 0n), undefined);
});
