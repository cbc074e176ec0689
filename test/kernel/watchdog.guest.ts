/** The guardian as the owner of a real watchdog device. That this guest is still there is half of what is shown. */
import { setTimeout as sleep } from "node:timers/promises";
import { equal, is, throws } from "uvu/assert";
import { WatchdogDevice } from "../../firmware/linux/watchdog-device.ts";
import { until } from "../firmware/fixtures/bench-rig.ts";
import { spec } from "../harness/spec.ts";
import { i2cSim } from "./fixtures/i2c-sim.ts";
import { LIMIT_S, petted, startWatched, WATCHDOG, watchdogSays } from "./fixtures/watchdog.ts";

const ETIMEDOUT = 110;
const SEEN_MS = 60_000;

spec("a device says its name, takes a limit that is read back, and stops by magic close", () => {
  is(watchdogSays("state"), "inactive");
  const device = WatchdogDevice.open(WATCHDOG);
  is(device.identity, "i6300ESB timer");
  is(device.stoppable, true);
  is(device.setLimitS(30), 30);
  is(device.setLimitS(100_000), 30, "beyond what it counts to: it keeps its own");
  device.pet();
  is(watchdogSays("state"), "active");
  throws(() => WatchdogDevice.open(WATCHDOG), /\/dev\/watchdog0: somebody else has it; .*"owner": "systemd"/);
  device.close();
  is(watchdogSays("state"), "inactive");
  is(watchdogSays("nowayout"), "0");
});

spec("a device that is not there is said with what helps", () => {
  throws(
    () => WatchdogDevice.open("/dev/watchdog9"),
    /\/dev\/watchdog9: there is none; .*dtparam=watchdog=on/,
  );
});

spec(
  "no fault of a chip, a bus or the runtime stops the petting, and an orderly stop ends it",
  async (t) => {
    const { rig } = await startWatched(t);
    const { device, identity, limitS } = await petted(rig);
    equal({ device, identity, limitS }, { device: WATCHDOG, identity: "i6300ESB timer", limitS: LIMIT_S });
    is(watchdogSays("timeout"), `${LIMIT_S}`);
    const startMs = performance.now();
    i2cSim.fault(ETIMEDOUT); // a bus that answers nobody
    for (let i = 0; i < 3; i++) {
      const code = await rig
        .call({ op: "transfer", write: [3], read: 1 })
        .catch((error: { code?: string }) => error.code);
      is(typeof code, "string", "every transfer fails");
    }
    process.kill(rig.runtimePid, "SIGKILL");
    is((await rig.readyRuntime()).incarnation, 2);
    process.kill(rig.runtimePid, "SIGKILL");
    // Longer than the limit: without pets this guest would be reset.
    await sleep(Math.max(0, 1.5 * LIMIT_S * 1000 - (performance.now() - startMs)));
    is(watchdogSays("state"), "active");
    rig.guardian!.kill("SIGTERM");
    await until(() => rig.guardian!.exitCode !== null, "end of the guardian", SEEN_MS);
    is(rig.guardian!.exitCode, 0);
    is(watchdogSays("state"), "inactive", "magic close");
  },
  { limitMs: 10_000 },
);
