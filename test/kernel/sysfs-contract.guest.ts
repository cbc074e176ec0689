import { linesAndBus } from "../contracts/lines-and-bus.ts";
import { kernelBench } from "./fixtures/kernel-bench.ts";

linesAndBus("sysfs and i2c-dev", (t) => kernelBench(t, "sysfs"), { pulses: false });
