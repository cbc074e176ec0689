import * as assert from "uvu/assert";
import { SoilProbe } from "../../devices/drivers/soil-probe.ts";
import { spec } from "../harness/spec.ts";

const probe = () => new SoilProbe({ dryVolts: 2.5, wetVolts: 1.25, marginVolts: 0.25 });

spec("dry air is 0 percent, water 100, half way 50", () => {
  assert.equal(probe().read(2.5), { quality: "good", moisturePercent: 0 });
  assert.equal(probe().read(1.25), { quality: "good", moisturePercent: 100 });
  assert.equal(probe().read(1.875), { quality: "good", moisturePercent: 50 });
});

spec("noise around a calibration point stays good and within 0..100", () => {
  assert.equal(probe().read(2.52), { quality: "good", moisturePercent: 0 });
  assert.equal(probe().read(1.23), { quality: "good", moisturePercent: 100 });
});

spec("a voltage in the margin is suspect: the calibration has drifted", () => {
  assert.equal(probe().read(2.75), { quality: "suspect", moisturePercent: 0 });
  assert.equal(probe().read(1), { quality: "suspect", moisturePercent: 100 });
});

spec("no probe, a short circuit and a missing voltage are bad, with no percent", () => {
  for (const volts of [0, 0.4, 0.99, 2.76, 3.3, -0.3, Number.NaN])
    assert.equal(probe().read(volts), { quality: "bad", moisturePercent: undefined });
});

spec("the defaults are those of the SEN0193 guide", () => {
  assert.equal(new SoilProbe().read(2.54), { quality: "good", moisturePercent: 0 });
  assert.equal(new SoilProbe().read(1.27), { quality: "good", moisturePercent: 100 });
  assert.is(new SoilProbe().read(0).quality, "bad");
});

spec("a calibration that would hide an unplugged probe is refused", () => {
  assert.throws(() => new SoilProbe({ dryVolts: 1.3, wetVolts: 2.5 }), RangeError);
  assert.throws(() => new SoilProbe({ dryVolts: 2, wetVolts: 2 }), RangeError);
  assert.throws(() => new SoilProbe({ wetVolts: 0.2, marginVolts: 0.3 }), RangeError);
  assert.throws(() => new SoilProbe({ dryVolts: Number.NaN }), RangeError);
});
