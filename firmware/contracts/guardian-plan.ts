import type { HardwarePlan } from "./output-plan.ts";
import type { WatchPlan } from "./watch-plan.ts";

/** Where a line is: its chip by label (numbers move between kernels) and its offset there. */
export interface LinePlace {
  readonly chip: string;
  readonly offset: number;
}

/** Where a PWM output is: its controller by its node in the device tree (`/soc/pwm@7e20c000`), and the channel there. */
export interface PwmPlace {
  readonly node: string;
  readonly channel: number;
}

/** The lines of a bus on the header. */
export interface BusPinPlaces {
  readonly sda: LinePlace;
  readonly scl: LinePlace;
}

/** The hardware of this machine. */
export interface LinuxPlan {
  /** How lines are reached: the GPIO character device, or /sys/class/gpio where somebody asked for it. */
  readonly backend: "chardev" | "sysfs";
  /** Every line of the plan. */
  readonly places: Readonly<Record<string, LinePlace>>;
  /** Every PWM output of the plan; absent where it has none. */
  readonly pwm?: Readonly<Record<string, PwmPlace>>;
  /** Where buses are wired to, by name; only those of which that is known. */
  readonly busPins?: Readonly<Record<string, BusPinPlaces>>;
}

/** Everything a guardian process is started with; its hardware is exactly one of `worldSocket` and `linux`. */
export interface GuardianPlan extends HardwarePlan {
  /** Unix socket of the emulated world. */
  readonly worldSocket?: string;
  readonly linux?: LinuxPlan;
  readonly runtime: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
  /** Silence of the watchdog thread that counts as death. Default 100. */
  readonly petLimitMs?: number;
  /** How long a runtime may take until its watchdog thread pets first, ms. Default 30000. */
  readonly startLimitMs?: number;
  /** Where the private directories of the pipes are made; default the system's temporary directory. */
  readonly directory?: string;
  /** Owner slots, at most 65,536; those without a grant cost a name in a directory. Default 32. */
  readonly slots?: number;
  /** Number of the first incarnation of the runtime. Default 1. */
  readonly incarnation?: number;
  /** How long a runtime that was asked to end may take, ms. Default 1000. */
  readonly stopLimitMs?: number;
  /** True where somebody holds the other end of standard input: its end is an orderly stop. */
  readonly stopWhenStdinEnds?: boolean;
  /** It asks for a real-time priority. */
  readonly realtime?: boolean;
  /** Where on-times of outputs are kept over the guardian's death: a file in memory. Absent: nowhere. */
  readonly onTimeFile?: string;
  /** Who acts when the guardian falls silent. Absent: nobody. */
  readonly watch?: WatchPlan;
  /** Why nobody is granted an output: they stay at their safe levels. Absent: they are granted. */
  readonly keptSafe?: string;
}
