import { is } from "uvu/assert";
import { adapterUnits } from "../../../firmware/linux/adapter-limits.ts";
import { spec } from "../../harness/spec.ts";

spec(
  "an adapter's time limit is twice the longest admitted transfer, in units of 10 ms, two at least",
  () => {
    is(adapterUnits({ bus: "i2c-1", hz: 400_000, longestUs: 663 }), 2, "64 bytes each way take 3 ms");
    is(adapterUnits({ bus: "i2c-1", hz: 100_000, longestUs: 30_000 }), 6);
    is(adapterUnits({ bus: "i2c-1", hz: 100_000, longestUs: 30_001 }), 7);
  },
);

spec("where nothing was admitted it is 256 bytes each way", () => {
  // 514 bytes of nine bits and four more: 4630 bits.
  is(adapterUnits({ bus: "i2c-1", hz: 100_000 }), 10, "46.3 ms, twice");
  is(adapterUnits({ bus: "i2c-1", hz: 10_000 }), 93);
});
