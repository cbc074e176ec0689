import { textFile } from "../../../firmware/board/text-file.ts";
import type { SystemFiles } from "../../../firmware/contracts/system-files.ts";
import { type Check, type Examination, wantsPins } from "../examination.ts";
import type { Finding } from "../finding.ts";

/** CAP_SYS_NICE of linux/capability.h: any scheduling policy. */
const CAP_SYS_NICE = 23n;
/** The highest that the chain asks for (deploy/README.md): guardian, watchdog, kernel, reader. */
const CHAIN_PRIORITY = 49;
const RUNTIME = "/proc/sys/kernel/sched_rt_runtime_us";
const GOVERNOR = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";

/** How exactly this machine can keep time: real-time rights, throttling, timer slack, the speed of the processor. */
export const checkTime: Check = (examination) => [
  ...priorityFindings(examination),
  ...throttlingFindings(examination),
  ...slackFindings(examination),
  ...governorFindings(examination),
];

function priorityFindings({ machine: { files, user }, config }: Examination): Finding[] {
  const id = "time.priority";
  const highest = rtPriority(files);
  if (highest === undefined) return [];
  const where = "/proc/self/limits";
  if (mayNice(files))
    return [{ id, verdict: "ok", what: "real-time priorities are granted (CAP_SYS_NICE)", where }];
  const wanted = config?.realtime !== undefined;
  if (highest >= CHAIN_PRIORITY) {
    return [{ id, verdict: "ok", what: `real-time priorities up to ${highest} are granted`, where }];
  }
  const what =
    highest === 0
      ? "no real-time priorities: other programs may keep the guardian from its work for tens of milliseconds"
      : `real-time priorities end at ${highest}, the guardian's is ${CHAIN_PRIORITY}`;
  const remedy = `a service has them (LimitRTPRIO=${CHAIN_PRIORITY} in its unit); for ${user.name}: "${user.name} - rtprio ${CHAIN_PRIORITY}" in /etc/security/limits.d/holdfast.conf, then log in again`;
  return [{ id, verdict: wanted ? "problem" : "advice", what, where, remedy }];
}

function throttlingFindings({ machine: { files } }: Examination): Finding[] {
  const id = "time.throttling";
  const runtime = Number(textFile(files, RUNTIME) ?? Number.NaN);
  if (!(runtime < 0)) return [];
  const what =
    "real-time throttling is off: a real-time thread that loops would own its core, so Holdfast makes none";
  const remedy = "sudo sysctl kernel.sched_rt_runtime_us=950000 (and in /etc/sysctl.d)";
  return [{ id, verdict: "advice", what, where: RUNTIME, remedy }];
}

/** A sleep ends late by as much (default 50 us); cells set their own to 1 ns where they may. */
function slackFindings({ machine }: Examination): Finding[] {
  const id = "time.slack";
  const where = "/proc/self/timerslack_ns";
  const slack = Number(textFile(machine.files, where) ?? Number.NaN);
  if (Number.isNaN(slack)) return [];
  const us = slack / 1000;
  if (machine.access(where) === "ok") {
    return [{ id, verdict: "ok", what: `timer slack ${us} us, which cells may set to less`, where }];
  }
  const what = `timer slack ${us} us, which cells may not set to less: jobs begin as much later`;
  const remedy = "run it outside of the container or sandbox that keeps /proc from being written";
  return [{ id, verdict: "advice", what, where, remedy }];
}

function governorFindings(examination: Examination): Finding[] {
  const id = "time.governor";
  const governor = textFile(examination.machine.files, GOVERNOR);
  if (governor === undefined || !wantsPins(examination)) return [];
  const preempts =
    textFile(examination.machine.files, "/sys/kernel/realtime") === "1" ? ", kernel PREEMPT_RT" : "";
  const what = `the processor's speed follows "${governor}"${preempts}`;
  if (governor === "performance" || governor === "schedutil")
    return [{ id, verdict: "ok", what, where: GOVERNOR }];
  const remedy =
    "performance keeps jobs from starting at a low clock: cpufreq.default_governor=performance at the end of the line in cmdline.txt, then restart; it takes more power";
  return [{ id, verdict: "advice", what, where: GOVERNOR, remedy }];
}

/** The soft limit; undefined where there is no such file. */
function rtPriority(files: SystemFiles): number | undefined {
  const limits = textFile(files, "/proc/self/limits") ?? "";
  const [, limit] = /^Max realtime priority\s+(\d+|unlimited)/m.exec(limits) ?? [];
  return limit === undefined ? undefined : limit === "unlimited" ? 99 : Number(limit);
}

function mayNice(files: SystemFiles): boolean {
  const status = textFile(files, "/proc/self/status") ?? "";
  const [, effective = "0"] = /^CapEff:\s*([0-9a-f]+)/m.exec(status) ?? [];
  return ((BigInt(`0x${effective}`) >> CAP_SYS_NICE) & 1n) === 1n;
}
