/** A board with an output of every kind of policy, small times, and two interlock groups. */
import type { HardwarePlan } from "../../../firmware/contracts/output-plan.ts";

const off = { kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;

export const RAIL = "GPIO5";
export const EXPANDER_ADDRESS = 0x20;

export const policyPlan = {
  outputs: [
    {
      ...{ ...off, line: "GPIO17", leaseMs: 400, maxOnMs: 350, maxOnRestMs: 150, minOffMs: 100 },
      maxOnLatch: { count: 2, windowMs: 10_000 },
    },
    {
      ...{ ...off, line: "GPIO22", activeLow: true, onCrash: "hold", holdForMs: 150 },
      ...{ maxOnMs: 400, maxOnRestMs: 2000 },
    },
    { ...off, line: "GPIO23", safe: "on", leaseMs: 300 },
    { ...off, line: "GPIO24", onCrash: "release", leaseMs: 200 },
    { ...off, line: "GPIO25", leaseMs: 400 },
    { ...off, line: "GPIO26", activeLow: true, maxOnMs: 400 },
    { ...off, line: "GPIO18", kind: "pwm", leaseMs: 200, minOffMs: 50 },
    { ...off, line: RAIL, onCrash: "hold" },
  ],
  inputs: [],
  buses: [{ bus: "i2c-1", hz: 400_000 }],
  expanders: [
    {
      ...{ expander: "valves", bus: "i2c-1", address: EXPANDER_ADDRESS, pins: 16, rail: RAIL },
      registers: { direction: 0x00, latch: 0x14, port: 0x12 },
      outputs: [
        { ...off, line: "valves.0", pin: 0, leaseMs: 200, maxOnMs: 400 },
        { ...off, line: "valves.9", pin: 9, activeLow: true, onCrash: "hold" },
      ],
    },
  ],
  interlocks: [
    { name: "motor", lines: ["GPIO25", "GPIO26"], onSecond: "switch", deadTimeMs: 150 },
    { name: "dry", lines: ["GPIO17", "valves.0"], onSecond: "refuse" },
  ],
} as const satisfies HardwarePlan;

/** All but the rail, which is nobody's. */
export const LINES: readonly string[] = [
  ...policyPlan.outputs.map(({ line }) => line).filter((line) => line !== RAIL),
  ...policyPlan.expanders[0].outputs.map(({ line }) => line),
];
