import * as assert from "uvu/assert";
import { decideHeating } from "../../devices/controllers/hysteresis.ts";
import { Greenhouse, type GreenhouseOverrides } from "../../devices/world/greenhouse.ts";
import { SeededRandom } from "../../devices/world/seeded-random.ts";
import { clearSkyLx, sunElevationSine } from "../../devices/world/sun.ts";
import { spec } from "../harness/spec.ts";

const IDLE = { heaterOn: false, pumpOn: false, fanLevel: 0 };
const HOUR = 3600;

function run(world: Greenhouse, seconds: number, actuators = IDLE): Greenhouse {
  for (let second = 0; second < seconds; second++) world.step(1, actuators);
  return world;
}

/** An hour of everything, as a list of all readings. */
function history(seed: number) {
  const world = new Greenhouse({ seed });
  return Array.from({ length: HOUR }, (_, second) => {
    const hands: Readonly<Record<number, GreenhouseOverrides>> = {
      600: { temperatureC: 31 },
      900: { moisturePercent: 20, illuminanceLx: 40_000 },
      1200: { temperatureC: null, illuminanceLx: null },
    };
    world.override(hands[second] ?? {});
    return world.step(1, { heaterOn: second % 300 < 100, pumpOn: second > 3000, fanLevel: (second % 7) / 7 });
  });
}

spec("the same seed gives the same hour, another seed another", () => {
  const first = history(42);
  assert.equal(history(42), first);
  assert.not.equal(history(43), first);
});

spec("the random numbers of a seed are pinned", () => {
  const random = new SeededRandom(1);
  assert.equal(
    Array.from({ length: 3 }, () => random.next()),
    [0.0325005198828876, 0.922176716150716, 0.004041419131681323],
  );
});

spec("seed 0 is a seed like any other", () => {
  const random = new SeededRandom(0);
  assert.is.not(random.next(), random.next());
});

spec("normal numbers have mean 0 and deviation 1", () => {
  const random = new SeededRandom(5);
  const numbers = Array.from({ length: 20_000 }, () => random.normal());
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  assert.ok(Math.abs(mean) < 0.03, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.05, `variance ${variance}`);
});

spec("reading again gives the same reading", () => {
  const world = run(new Greenhouse({ seed: 1 }), 10);
  assert.equal(world.readings, world.readings);
});

spec("at the equinox on 50 degrees north the sun stands 40 degrees high at noon and is down at night", () => {
  const degrees = (hour: number) => (Math.asin(sunElevationSine(hour, 80, 50)) * 180) / Math.PI;
  assert.ok(Math.abs(degrees(12) - 40) < 1, String(degrees(12)));
  assert.ok(Math.abs(degrees(6)) < 1, String(degrees(6)));
  assert.ok(degrees(0) < -39);
  assert.is(clearSkyLx(sunElevationSine(0, 80, 50)), 0);
  assert.is(clearSkyLx(1), 110_000);
});

spec("a thermostat at 21 °C with half a degree either way holds its band over a day", () => {
  for (const seed of [1, 2, 42]) {
    const world = new Greenhouse({ seed });
    let heaterOn = false;
    let [coldest, warmest, switches] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (let second = 0; second < 25 * HOUR; second++) {
      const { temperatureC } = world.step(1, { heaterOn, pumpOn: false, fanLevel: 0 });
      const { on } = decideHeating(
        heaterOn,
        { valueC: temperatureC, quality: "good" },
        { enabled: true, setpointC: 21, bandC: 0.5 },
      );
      if (on !== heaterOn) switches++;
      heaterOn = on;
      if (second < HOUR) continue; // from 18 °C into the band
      coldest = Math.min(coldest, world.truth.temperatureC);
      warmest = Math.max(warmest, world.truth.temperatureC);
    }
    // Beyond the band only by sensor noise: 0.02 °C standard deviation, looked at every second.
    assert.ok(coldest > 20.4 && warmest < 21.6, `seed ${seed}: ${coldest} .. ${warmest}`);
    assert.ok(switches > 100 && switches < 600, `seed ${seed}: ${switches} switches`);
  }
});

spec("without a heater it is too cold, with one on for ever too hot", () => {
  assert.ok(run(new Greenhouse({ seed: 1 }), 8 * HOUR).truth.temperatureC < 16);
  assert.ok(run(new Greenhouse({ seed: 1 }), 2 * HOUR, { ...IDLE, heaterOn: true }).truth.temperatureC > 28);
});

spec("the fan brings in outside air", () => {
  const world = run(new Greenhouse({ seed: 1 }), HOUR, { ...IDLE, fanLevel: 1 });
  assert.ok(Math.abs(world.truth.temperatureC - world.outsideC) < 2, world.describe());
});

spec("light follows the sun and stays within what the light sensor can say", () => {
  const world = new Greenhouse({ seed: 3, startHour: 0 });
  assert.is(run(world, 4 * HOUR).truth.illuminanceLx, 0);
  let brightest = 0;
  for (let hour = 4; hour < 20; hour++) brightest = Math.max(brightest, run(world, HOUR).truth.illuminanceLx);
  assert.ok(brightest > 15_000 && brightest < 30_000, String(brightest));
  assert.ok(run(world, HOUR).truth.illuminanceLx < 1);
});

spec("half a minute of pump raises moisture by 6 percent, seen after minutes", () => {
  const world = new Greenhouse({ seed: 1 });
  const before = world.truth.moisturePercent;
  run(world, 30, { ...IDLE, pumpOn: true });
  const atOnce = world.truth.moisturePercent - before;
  assert.ok(atOnce < 2, `at once ${atOnce}`);
  const later = run(world, 600).truth.moisturePercent - before;
  assert.ok(later > 5.5 && later < 6, `later ${later}`);
});

spec("a flood drains to field capacity and never passes 100 percent", () => {
  const world = new Greenhouse({ seed: 1 });
  run(world, 1200, { ...IDLE, pumpOn: true });
  assert.ok(world.truth.moisturePercent <= 100);
  assert.ok(run(world, 12 * HOUR).truth.moisturePercent < 82);
});

spec("sun dries the soil faster than night", () => {
  const dried = (startHour: number) => {
    const world = new Greenhouse({ seed: 1, startHour });
    return world.truth.moisturePercent - run(world, 2 * HOUR).truth.moisturePercent;
  };
  assert.ok(dried(11) > 2 * dried(23));
});

spec("humidity stays within 0..100 and warming the air lowers it", () => {
  const world = run(new Greenhouse({ seed: 1 }), HOUR);
  const before = world.truth.humidityPercent;
  world.override({ temperatureC: world.truth.temperatureC + 10 });
  assert.ok(world.truth.humidityPercent < before - 15);
  world.override({ temperatureC: -5 });
  assert.ok(world.truth.humidityPercent <= 100);
});

spec("pressure wanders slowly around that of the sea", () => {
  const world = new Greenhouse({ seed: 9 });
  const start = world.truth.pressurePa;
  assert.ok(Math.abs(run(world, 60).truth.pressurePa - start) < 120);
  for (let hour = 0; hour < 48; hour++) {
    const { pressurePa } = run(world, HOUR).truth;
    assert.ok(pressurePa > 98_000 && pressurePa < 104_500, String(pressurePa));
  }
});

spec("a hand-set temperature jumps, then evolves on", () => {
  const world = run(new Greenhouse({ seed: 1 }), 60);
  world.override({ temperatureC: 31 });
  assert.is(world.truth.temperatureC, 31);
  assert.ok(Math.abs(world.readings.temperatureC - 31) < 0.12);
  const { temperatureC } = run(world, 60).truth;
  assert.ok(temperatureC < 31 && temperatureC > 30, String(temperatureC));
});

spec("null puts back the value from before the first hand", () => {
  const world = run(new Greenhouse({ seed: 1 }), 60);
  const before = world.truth;
  world.override({ temperatureC: 31, moisturePercent: 10 });
  world.override({ temperatureC: 35 });
  run(world, 60);
  world.override({ temperatureC: null, moisturePercent: null });
  assert.is(world.truth.temperatureC, before.temperatureC);
  assert.is(world.truth.moisturePercent, before.moisturePercent);
  world.override({ temperatureC: null });
  assert.is(world.truth.temperatureC, before.temperatureC);
});

spec("hand-set light fades back to the sun's, or at once with null", () => {
  const world = run(new Greenhouse({ seed: 1, startHour: 22 }), 60);
  world.override({ illuminanceLx: 30_000 });
  assert.is(world.truth.illuminanceLx, 30_000);
  const fading = run(world, 60).truth.illuminanceLx;
  assert.ok(fading > 5000 && fading < 20_000, String(fading));
  world.override({ illuminanceLx: null });
  assert.is(world.truth.illuminanceLx, 0);
});

spec("the time scale makes the day shorter", () => {
  const world = new Greenhouse({ seed: 1, startHour: 8, timeScale: 60 });
  for (let second = 0; second < 60; second++) world.step(1, IDLE);
  assert.ok(Math.abs(world.hour - 9) < 0.001);
  assert.ok(
    Math.abs(world.truth.temperatureC - run(new Greenhouse({ seed: 1 }), HOUR).truth.temperatureC) < 1,
  );
});

spec("the world describes itself in one line", () => {
  assert.match(
    new Greenhouse({ seed: 1 }).describe(),
    /^greenhouse 08:00, 18\.0 °C \(outside 5\.0\), \d+ %, \d+ lx, soil 45 %$/,
  );
});
