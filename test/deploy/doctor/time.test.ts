import { equal, is } from "uvu/assert";
import { checkTime } from "../../../deploy/doctor/checks/time.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, linuxDemo, said } from "./a-machine.ts";

const limit = (soft: number | string) => ({
  limits: `Max realtime priority     ${soft}                  99\n`,
});
const priority = (self: object, loaded?: ReturnType<typeof linuxDemo>) =>
  said(checkTime, aMachine({ files: { proc: { self: self as never } } }), loaded)[0];

spec("real-time rights come from a limit or from a capability", () => {
  is(priority(limit(60)), "ok time.priority: real-time priorities up to 60 are granted");
  is(priority(limit("unlimited")), "ok time.priority: real-time priorities up to 99 are granted");
  // Bit 23 of CapEff.
  is(
    priority({ ...limit(0), status: "CapEff:\t0000000000800000\n" }),
    "ok time.priority: real-time priorities are granted (CAP_SYS_NICE)",
  );
  is(
    priority({ ...limit(0), status: "CapEff:\t0000000000400000\n" })?.split(":")[0],
    "advice time.priority",
    "its neighbour is another one",
  );
});

spec("without them it is advice, and a problem where the configuration asks for them", () => {
  const remedy =
    'a service has them (LimitRTPRIO=49 in its unit); for pi: "pi - rtprio 49" in /etc/security/limits.d/holdfast.conf, then log in again';
  const none =
    "no real-time priorities: other programs may keep the guardian from its work for tens of milliseconds";
  is(priority(limit(0)), `advice time.priority: ${none} → ${remedy}`);
  is(
    priority(limit(20)),
    `advice time.priority: real-time priorities end at 20, the guardian's is 49 → ${remedy}`,
  );
  is(priority(limit(0), linuxDemo(["realtime", {}])), `problem time.priority: ${none} → ${remedy}`);
});

spec("throttling that is off, slack that cannot be set and a slow clock are told", () => {
  const files = {
    proc: { sys: { kernel: { sched_rt_runtime_us: "-1\n" } } },
    sys: {
      devices: { system: { cpu: { cpu0: { cpufreq: { scaling_governor: "ondemand\n" } } } } },
      kernel: { realtime: "1\n" },
    },
  };
  const told = said(checkTime, aMachine({ files, denied: ["/proc/self/timerslack_ns"] })).slice(1);
  equal(
    told.map((line) => line.split(" → ")[0]),
    [
      "advice time.throttling: real-time throttling is off: a real-time thread that loops would own its core, so Holdfast makes none",
      "advice time.slack: timer slack 50 us, which cells may not set to less: jobs begin as much later",
      `advice time.governor: the processor's speed follows "ondemand", kernel PREEMPT_RT`,
    ],
  );
  equal(said(checkTime, aMachine()).slice(1), [
    "ok time.slack: timer slack 50 us, which cells may set to less",
    'ok time.governor: the processor\'s speed follows "performance"',
  ]);
});
