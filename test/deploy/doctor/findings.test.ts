/** What is true of everything that doctor says, on machines of any kind. */
import { equal, is, not, ok } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { diagnose } from "../../../deploy/doctor/diagnose.ts";
import { examine } from "../../../deploy/doctor/examination.ts";
import { GROUPS } from "../../../deploy/doctor/finding.ts";
import { spec } from "../../harness/spec.ts";
import { demoText } from "../demo-board.ts";
import { aMachine, linuxDemo, type MachineOptions, words } from "./a-machine.ts";

/** Files in which everything is wrong, and one in which everything is rubbish. */
const WRONG: MachineOptions = {
  tree: { i2c1: "disabled", devices: ["i2c-1"] },
  denied: ["/dev/gpiochip0", "/dev/i2c-1", "/proc/self/timerslack_ns"],
  chips: [{ path: "/dev/gpiochip0", error: "EACCES" }],
  clock: { nowMs: 0, synchronised: false },
  space: () => ({ freeBytes: 1e6, totalBytes: 32e9, freeFiles: 0, totalFiles: 0 }),
  opened: { "/dev/watchdog0": [{ pid: 412, name: "watchdog" }] },
  files: {
    proc: {
      sys: { kernel: { osrelease: "4.19.0", sched_rt_runtime_us: "-1" } },
      self: { limits: "Max realtime priority     0                    0\n" },
      mounts: "/dev/mmcblk0p2 / ext4 ro 0 0\n",
      swaps: "Filename Type Size Used Priority\n/var/swap file 102396 0 -2\n",
      meminfo: "MemTotal: 480000 kB\nMemAvailable: 90000 kB\n",
      "device-tree": { chosen: { "user-warnings": "dterror: no such overlay\n" } },
    },
    sys: {
      class: {
        rtc: undefined,
        gpio: { export: "", gpio529: {} },
        thermal: { thermal_zone0: { temp: "84000" } },
        watchdog: { watchdog0: { bootstatus: "32" } },
      },
      fs: { ext4: { mmcblk0p2: { errors_count: "3" } } },
      block: { mmcblk1: { device: { type: "MMC", life_time: "0x0b 0x02" } } },
      devices: {
        platform: { soc: { "soc:firmware": { get_throttled: "50005" } } },
        system: { cpu: { cpu0: { cpufreq: { scaling_governor: "powersave" } } } },
      },
    },
    etc: { systemd: { "system.conf": "RuntimeWatchdogSec=60" } },
  },
};
const RUBBISH: MachineOptions = {
  files: {
    proc: {
      sys: { kernel: { osrelease: "?" } },
      self: { limits: "", status: "CapEff: zz", timerslack_ns: "x" },
      mounts: "\n /",
      swaps: "",
      meminfo: "",
    },
    sys: {
      class: { thermal: { thermal_zone0: { temp: "hot" } } },
      devices: { platform: { soc: { "soc:firmware": { get_throttled: "" } } } },
    },
    etc: { systemd: { "system.conf": "RuntimeWatchdogSec=soon\n=\n" } },
  },
};
const MACHINES: readonly (readonly [string, MachineOptions])[] = [
  ["in order", {}],
  ["wrong", WRONG],
  ["rubbish", RUBBISH],
  ["bare", { bare: true }],
];
const CONFIGS = [undefined, linuxDemo(), parseConfig(demoText), parseConfig("{")] as const;

for (const [name, options] of MACHINES) {
  spec(
    `whatever is found on a machine that is ${name}: it names its group, is one sentence, and says what helps`,
    () => {
      for (const loaded of CONFIGS) {
        for (const { group, finding } of diagnose(examine(aMachine(options), loaded))) {
          ok(GROUPS.includes(group));
          ok(finding.id.startsWith(`${group}.`), finding.id);
          for (const text of [finding.what, finding.verdict === "ok" ? "ok" : finding.remedy]) {
            ok(text.trim() === text && text !== "" && !text.endsWith("."), words(finding));
            not.match(text, /undefined|NaN|\[object/);
          }
        }
      }
    },
  );
}

spec("a Raspberry Pi that lacks nothing is told nothing else, with a configuration and without", () => {
  for (const loaded of [undefined, linuxDemo()]) {
    const wanting = diagnose(examine(aMachine(), loaded)).filter(({ finding }) => finding.verdict !== "ok");
    // The configuration's own remark about pulls at reset is true on any machine.
    equal(
      wanting
        .filter(({ finding }) => finding.id !== "configuration.warning")
        .map(({ finding }) => words(finding)),
      [],
    );
  }
});

spec("groups come in their order, and the same machine is always told the same", () => {
  const all = () => diagnose(examine(aMachine(WRONG), linuxDemo()));
  equal(all(), all());
  const order = all().map(({ group }) => GROUPS.indexOf(group));
  equal(
    order,
    order.toSorted((a, b) => a - b),
  );
  is(new Set(order).size, GROUPS.length, "every group has something to say");
});
