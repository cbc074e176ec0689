/**
 * A small greenhouse for emulated boards: 12 m3 over 6 m2 of ground, shaded twin-wall panes, a cool spring
 * day outside. One air node, one vapour balance, water that seeps from the surface to the probe.
 *
 * It is plausible, not accurate: directions, time constants and sizes are those of a real one. The same seed and
 * the same sequence of steps and overrides give the same numbers (to the last bit with the same JavaScript engine).
 *
 * Not implemented: heat stored in ground and frame, leaf transpiration, wind, rain, twilight.
 */
import { SeededRandom } from "./seeded-random.ts";
import { clearSkyLx, sunElevationSine } from "./sun.ts";

export interface GreenhouseOptions {
  readonly seed: number;
  /** Model seconds for each second given to `step`. Default 1. */
  readonly timeScale?: number;
  /** Local solar time at the start, 0..24. Default 8. */
  readonly startHour?: number;
  /** Default 80: the equinox. */
  readonly dayOfYear?: number;
  /** Default 50 degrees north. */
  readonly latitudeDeg?: number;
  /** Outside temperature, mean and half swing over the day, degrees C. Default 6 and 4. */
  readonly outsideMeanC?: number;
  readonly outsideSwingC?: number;
}

export interface GreenhouseActuators {
  readonly heaterOn: boolean;
  readonly pumpOn: boolean;
  /** 0..1. */
  readonly fanLevel: number;
}

/** What there is to measure. */
export interface GreenhouseValues {
  readonly temperatureC: number;
  readonly humidityPercent: number;
  readonly pressurePa: number;
  readonly illuminanceLx: number;
  readonly moisturePercent: number;
}

/** A person's hand in the world: a number makes the value jump, after which it evolves on; `null` takes it back. */
export type GreenhouseOverrides = {
  readonly [name in "temperatureC" | "illuminanceLx" | "moisturePercent"]?: number | null;
};

// Air and heat.
const AIR_M3 = 12;
const HEAT_CAPACITY_J_PER_K = 150_000; // air, panes, benches
const PANES_W_PER_K = 60;
const HEATER_W = 1500;
const FAN_M3_PER_S = 0.2; // at level 1
const LEAK_PER_S = 0.5 / 3600; // half an air change an hour
const AIR_J_PER_M3_K = 1200;
// Light: shading and panes let 40 % in; 105 lx of daylight are 1 W/m2; 6 m2, three quarters of it evaporate water.
const LIGHT_THROUGH = 0.4;
const SUN_W_PER_LX = (6 * 0.25) / 105;
const LIGHT_LAG_S = 60; // passing clouds; also how fast a hand-set light fades back
// Water.
const PUMP_PERCENT_PER_S = 0.2;
const SEEP_S = 120;
const DRYING_PERCENT_PER_S = 0.15 / 3600;
const SUN_DRYING_PERCENT_PER_S = 0.6 / 3600; // more at full light
const FIELD_CAPACITY_PERCENT = 80;
const DRAIN_S = 1800;
const EVAPORATION_PER_S = 9e-5;
const FULL_LIGHT_LX = 26_000;
/** Longest inner step: a fiftieth of the fastest time constant of the air. */
const INNER_STEP_S = 5;

export class Greenhouse {
  readonly #options: Required<GreenhouseOptions>;
  readonly #weather: SeededRandom;
  readonly #noise: SeededRandom;
  #seconds = 0;
  #temperatureC = 18;
  #vapourGPerM3 = 8;
  #illuminanceLx = 0;
  #surfacePercent = 0;
  #moisturePercent = 45;
  #pressurePa = 101_325;
  /** Slow wanderings around 0 with standard deviation 1. */
  #cloud = 0;
  #front = 0;
  #weatherC = 0;
  readonly #before = new Map<keyof GreenhouseOverrides, number>();
  #readings: GreenhouseValues;

  constructor(options: GreenhouseOptions) {
    this.#options = {
      timeScale: 1,
      startHour: 8,
      dayOfYear: 80,
      latitudeDeg: 50,
      outsideMeanC: 6,
      outsideSwingC: 4,
      ...options,
    };
    this.#weather = new SeededRandom(options.seed);
    this.#noise = new SeededRandom(options.seed ^ 0x2545f491);
    this.#illuminanceLx = this.#lightTargetLx();
    this.#readings = this.#measure();
  }

  /** Moves on by `dtSeconds` times the time scale and returns what sensors would then read. */
  step(dtSeconds: number, actuators: GreenhouseActuators): GreenhouseValues {
    let left = dtSeconds * this.#options.timeScale;
    while (left > 0) {
      const dt = Math.min(left, INNER_STEP_S);
      this.#evolve(dt, actuators);
      left -= dt;
    }
    this.#readings = this.#measure();
    return this.#readings;
  }

  /** What sensors read since the last step: the truth and their noise. Reading again gives the same. */
  get readings(): GreenhouseValues {
    return this.#readings;
  }

  /** The world as it is, without noise. */
  get truth(): GreenhouseValues {
    return {
      temperatureC: this.#temperatureC,
      humidityPercent: (100 * this.#vapourGPerM3) / saturationGPerM3(this.#temperatureC),
      pressurePa: this.#pressurePa,
      illuminanceLx: this.#illuminanceLx,
      moisturePercent: this.#moisturePercent,
    };
  }

  /** Local solar time, 0..24. */
  get hour(): number {
    return (this.#options.startHour + this.#seconds / 3600) % 24;
  }

  /** Outside air, degrees C. */
  get outsideC(): number {
    const { outsideMeanC, outsideSwingC } = this.#options;
    // Warmest at 15 h, coldest at 3 h.
    return outsideMeanC + outsideSwingC * Math.cos(((this.hour - 15) * Math.PI) / 12) + this.#weatherC;
  }

  /**
   * Sets values by hand. `null` puts back the value from before the first hand was laid on it: for light, that
   * of the present sun.
   */
  override(values: GreenhouseOverrides): void {
    for (const name of ["temperatureC", "illuminanceLx", "moisturePercent"] as const) {
      const value = values[name];
      if (value === undefined) continue;
      if (value !== null) {
        if (!this.#before.has(name)) this.#before.set(name, this.truth[name]);
        this.#jump(name, value);
      } else if (this.#before.has(name)) {
        this.#jump(name, name === "illuminanceLx" ? this.#lightTargetLx() : this.#before.get(name)!);
        this.#before.delete(name);
      }
    }
    this.#readings = this.#measure();
  }

  describe(): string {
    const { temperatureC, humidityPercent, illuminanceLx, moisturePercent } = this.truth;
    const clock = `${String(Math.floor(this.hour)).padStart(2, "0")}:${String(Math.floor((this.hour % 1) * 60)).padStart(2, "0")}`;
    return (
      `greenhouse ${clock}, ${temperatureC.toFixed(1)} °C (outside ${this.outsideC.toFixed(1)}), ` +
      `${humidityPercent.toFixed(0)} %, ${illuminanceLx.toFixed(0)} lx, soil ${moisturePercent.toFixed(0)} %`
    );
  }

  #jump(name: keyof GreenhouseOverrides, value: number): void {
    if (name === "temperatureC") {
      this.#temperatureC = value;
      this.#condense();
    } else if (name === "illuminanceLx") {
      this.#illuminanceLx = value;
    } else {
      this.#moisturePercent = value;
      this.#surfacePercent = 0;
    }
  }

  #evolve(dt: number, { heaterOn, pumpOn, fanLevel }: GreenhouseActuators): void {
    this.#seconds += dt;
    this.#cloud = this.#wander(this.#cloud, 1200, dt);
    this.#front = this.#wander(this.#front, 12 * 3600, dt);
    this.#weatherC = 0.5 * this.#front;
    this.#pressurePa = 101_325 + 500 * this.#front;
    this.#illuminanceLx = approach(this.#illuminanceLx, this.#lightTargetLx(), LIGHT_LAG_S, dt);

    const exchangePerS = LEAK_PER_S + (FAN_M3_PER_S * fanLevel) / AIR_M3;
    const lossWPerK = PANES_W_PER_K + exchangePerS * AIR_M3 * AIR_J_PER_M3_K;
    const gainW = (heaterOn ? HEATER_W : 0) + SUN_W_PER_LX * this.#illuminanceLx;
    const balanceC = this.outsideC + gainW / lossWPerK;
    this.#temperatureC = approach(this.#temperatureC, balanceC, HEAT_CAPACITY_J_PER_K / lossWPerK, dt);

    const light = this.#illuminanceLx / FULL_LIGHT_LX;
    this.#breathe(exchangePerS, light, dt);
    this.#water(pumpOn, light, dt);
  }

  /** Vapour: evaporates from wet soil, leaves with the air, condenses on the panes. */
  #breathe(exchangePerS: number, light: number, dt: number): void {
    const evaporationPerS = EVAPORATION_PER_S * (this.#moisturePercent / 50) * (1 + light);
    const outsideGPerM3 = 0.75 * saturationGPerM3(this.outsideC);
    const rate = exchangePerS + evaporationPerS;
    const balance =
      (exchangePerS * outsideGPerM3 + evaporationPerS * saturationGPerM3(this.#temperatureC)) / rate;
    this.#vapourGPerM3 = approach(this.#vapourGPerM3, balance, 1 / rate, dt);
    this.#condense();
  }

  #condense(): void {
    this.#vapourGPerM3 = Math.min(this.#vapourGPerM3, saturationGPerM3(this.#temperatureC));
  }

  #water(pumpOn: boolean, light: number, dt: number): void {
    if (pumpOn) this.#surfacePercent += PUMP_PERCENT_PER_S * dt;
    const seeped = this.#surfacePercent * (1 - Math.exp(-dt / SEEP_S));
    this.#surfacePercent -= seeped;
    const dried = (DRYING_PERCENT_PER_S + SUN_DRYING_PERCENT_PER_S * light) * dt;
    const moisture = this.#moisturePercent + seeped - dried;
    const excess = Math.max(0, moisture - FIELD_CAPACITY_PERCENT);
    this.#moisturePercent = limited(moisture - excess * (1 - Math.exp(-dt / DRAIN_S)), 0, 100);
  }

  #lightTargetLx(): number {
    const { dayOfYear, latitudeDeg } = this.#options;
    const clear = clearSkyLx(sunElevationSine(this.hour, dayOfYear, latitudeDeg));
    return LIGHT_THROUGH * clear * limited(0.75 + 0.25 * this.#cloud, 0.2, 1);
  }

  /** One step of a mean-reverting walk (Ornstein-Uhlenbeck) with standard deviation 1. */
  #wander(value: number, timeS: number, dt: number): number {
    const keep = Math.exp(-dt / timeS);
    return value * keep + Math.sqrt(1 - keep * keep) * this.#weather.normal();
  }

  #measure(): GreenhouseValues {
    const { temperatureC, humidityPercent, pressurePa, illuminanceLx, moisturePercent } = this.truth;
    const noise = () => this.#noise.normal();
    return {
      temperatureC: temperatureC + 0.02 * noise(),
      humidityPercent: limited(humidityPercent + 0.2 * noise(), 0, 100),
      pressurePa: pressurePa + 2 * noise(),
      illuminanceLx: Math.max(0, illuminanceLx * (1 + 0.005 * noise())),
      moisturePercent: limited(moisturePercent + 0.2 * noise(), 0, 100),
    };
  }
}

/** Exact step of first order towards `target`: stable for any `dt`. */
function approach(value: number, target: number, timeS: number, dt: number): number {
  return target + (value - target) * Math.exp(-dt / timeS);
}

/** Most water vapour that air holds, g/m3 (Magnus formula over water, -45..60 degrees C). */
function saturationGPerM3(temperatureC: number): number {
  const pressurePa = 611.2 * Math.exp((17.62 * temperatureC) / (243.12 + temperatureC));
  return (2.167 * pressurePa) / (273.15 + temperatureC);
}

function limited(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
