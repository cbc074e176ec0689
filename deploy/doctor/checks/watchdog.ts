import { textFile } from "../../../firmware/board/text-file.ts";
import { bootEvidence } from "../../board/boot-evidence.ts";
import { type Check, type Examination, wantsPins } from "../examination.ts";
import type { Finding } from "../finding.ts";
import { hasSystemd, systemConf, systemdSeconds } from "../systemd-conf.ts";

const CLASS = "/sys/class/watchdog";
/** The counter of bcm2835_wdt has 20 bits at 65.536 kHz: 16 s; its driver allows 15. */
const PI_LIMIT_S = 15;
/** How Node's processes call themselves. */
const OURS = /^(node|holdfast|MainThread)/;
/** What makes systemd the owner of the device. */
const FEED =
  "RuntimeWatchdogSec=15 under [Manager] in /etc/systemd/system.conf.d/holdfast.conf, then sudo systemctl daemon-reexec";

/** The hardware watchdog: what is there, what it really counts to, who feeds it, and whether it fired. */
export const checkWatchdog: Check = (examination) => {
  const { machine, board } = examination;
  const names = machine.files.list(CLASS).filter((name) => /^watchdog\d+$/.test(name));
  if (names.length === 0) {
    if (!wantsPins(examination)) return [];
    const remedy =
      board === undefined
        ? "sudo modprobe softdog: it resets on a hang of programs, not of the kernel"
        : "dtparam=watchdog=on in config.txt, then restart";
    const what = "there is no hardware watchdog: a system that hangs stays as it is";
    return [{ id: "watchdog.device", verdict: "advice", what, where: "/dev/watchdog", remedy }];
  }
  const [first = "watchdog0"] = names;
  return [
    deviceFinding(first, examination),
    ...limitFindings(examination),
    ...ownerFindings(first, examination),
    ...resetFindings(first, examination),
  ];
};

function deviceFinding(name: string, examination: Examination): Finding {
  const says = (attribute: string) => textFile(examination.machine.files, `${CLASS}/${name}/${attribute}`);
  const what = [
    says("identity") ?? "watchdog",
    `resets after ${says("timeout") ?? "?"} s without a sign`,
    says("state") ?? "",
    says("nowayout") === "1" ? "cannot be stopped once it runs" : "",
  ];
  return {
    id: "watchdog.device",
    verdict: "ok",
    what: what.filter((text) => text !== "").join(", "),
    where: `/dev/${name}`,
  };
}

/** Kernels before 6.8 refuse more than 15 s, and systemd goes on without a watchdog (systemd#27427, raspberrypi/linux#5838). */
function limitFindings({ machine, board }: Examination): Finding[] {
  const setting = systemConf(machine.files, "RuntimeWatchdogSec");
  if (setting === undefined || board === undefined) return [];
  const seconds = systemdSeconds(setting.value);
  if (seconds <= PI_LIMIT_S) return [];
  return [
    {
      id: "watchdog.limit",
      verdict: "problem",
      what: `RuntimeWatchdogSec=${setting.value}, but the chip of a Pi counts to ${PI_LIMIT_S} s: kernels before 6.8 refuse it and there is no watchdog, later ones feed the chip in the meantime`,
      where: setting.file,
      remedy: FEED,
    },
  ];
}

/** Who feeds it, and whether that is who the configuration says. */
function ownerFindings(name: string, examination: Examination): Finding[] {
  const { machine, config } = examination;
  const id = "watchdog.owner";
  const where = `/dev/${name}`;
  const wanted = config?.hardware === "linux" ? config.watchdog?.owner : undefined;
  const holders = [...machine.holders(where), ...machine.holders("/dev/watchdog")];
  const stranger = holders.find(({ pid, name }) => pid !== 1 && !OURS.test(name));
  if (stranger !== undefined) {
    const what = `${stranger.name} (process ${stranger.pid}) has the watchdog, so nobody resets a board whose guardian hangs`;
    const stop = `stop it for good (sudo systemctl disable --now ${stranger.name})`;
    const remedy = wanted === "guardian" ? stop : `${stop}, and let systemd feed it: ${FEED}`;
    return [{ id, verdict: "problem", what, where, remedy }];
  }
  const setting = systemConf(machine.files, "RuntimeWatchdogSec");
  const bySystemd = hasSystemd(machine.files) && setting !== undefined && systemdSeconds(setting.value) > 0;
  if (bySystemd && wanted === "guardian") {
    const what =
      "the configuration gives the watchdog to the guardian, and systemd has it: only one can open it";
    const remedy = `"watchdog": {"owner": "systemd"} in the configuration, or RuntimeWatchdogSec=off in ${setting.file} and a restart`;
    return [{ id, verdict: "problem", what, where, remedy }];
  }
  if (bySystemd) {
    return [
      {
        id,
        verdict: "ok",
        what: `systemd feeds it (RuntimeWatchdogSec=${setting.value})`,
        where: setting.file,
      },
    ];
  }
  const [holder] = holders;
  if (holder !== undefined) {
    return [{ id, verdict: "ok", what: `${holder.name} (process ${holder.pid}) feeds it`, where }];
  }
  return idleFindings(name, examination, wanted);
}

/** Nobody is seen to have the device. */
function idleFindings(name: string, examination: Examination, wanted: string | undefined): Finding[] {
  const { files } = examination.machine;
  const id = "watchdog.owner";
  const where = `/dev/${name}`;
  if (wanted === "guardian") return guardianFindings(where, examination);
  if (textFile(files, `${CLASS}/${name}/state`) === "active") {
    return [{ id, verdict: "ok", what: "somebody feeds it (root would see who)", where }];
  }
  if (wanted === "none" || !wantsPins(examination)) return [];
  const what = "nobody feeds the watchdog, so it does not run";
  const remedy = hasSystemd(files) ? FEED : '"watchdog": {"owner": "guardian"} in the configuration';
  return [{ id, verdict: wanted === "systemd" ? "problem" : "advice", what, where, remedy }];
}

/** The guardian will open it when it starts, if it may. */
function guardianFindings(where: string, { machine }: Examination): Finding[] {
  const id = "watchdog.owner";
  if (machine.access(where) === "ok") {
    return [{ id, verdict: "ok", what: "free for the guardian, which the configuration gives it to", where }];
  }
  const what = `the configuration gives the watchdog to the guardian, and ${machine.user.name} may not open it`;
  const remedy = `run the board as root or as a service, or a udev rule: KERNEL=="watchdog0", OWNER="${machine.user.name}"`;
  return [{ id, verdict: "problem", what, where, remedy }];
}

function resetFindings(name: string, { machine: { files } }: Examination): Finding[] {
  if (bootEvidence(files).cardReset !== true) return [];
  const where = `${CLASS}/${name}/bootstatus`;
  const what = "the last restart was a reset by the watchdog: something hung before it";
  const remedy =
    "sudo journalctl -b -1 -e shows the last that was logged (where the journal is kept: Storage=persistent)";
  return [{ id: "watchdog.fired", verdict: "advice", what, where, remedy }];
}
