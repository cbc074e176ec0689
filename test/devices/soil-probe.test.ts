import * as assert from "uvu/assert";
import { Ads1115Chip } from "../../devices/chips/ads1115.ts";
import { SoilProbePart } from "../../devices/chips/soil-probe.ts";
import { Ads1115 } from "../../devices/drivers/ads1115.ts";
import { SoilProbe } from "../../devices/drivers/soil-probe.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./hand-clock.ts";
import { WiredChip } from "./wired-chip.ts";

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

spec("an emulated probe is read through an emulated converter, and missed when it is unplugged", () => {
  const clock = new HandClock();
  const chip = new Ads1115Chip(clock);
  const converter = new Ads1115(new WiredChip(chip, 0x48));
  const part = new SoilProbePart();
  const read = () => {
    chip.setVolts(0, part.volts);
    clock.advanceUs(converter.startMeasurement(0));
    return new SoilProbe().read(converter.read().volts);
  };
  for (const percent of [1, 40, 99]) {
    part.setMoisturePercent(percent);
    const { quality, moisturePercent } = read();
    assert.is(quality, "good");
    assert.ok(Math.abs(moisturePercent! - percent) < 0.5, `${moisturePercent} is not ${percent}`);
  }
  assert.is(part.describe(), "soil probe 99 %, 1.283 V");
  part.unplug(true);
  assert.equal(read(), { quality: "bad", moisturePercent: undefined });
});
