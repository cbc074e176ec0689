import { textFile } from "../../../firmware/board/text-file.ts";
import type { Check, Examination } from "../examination.ts";
import type { Finding } from "../finding.ts";

const RTC = "/sys/class/rtc";

/** Wall time, which control never uses: what telemetry says, and certificates. */
export const checkClock: Check = (examination) => [setFinding(examination), ...keeperFindings(examination)];

function setFinding({ machine: { clock, software } }: Examination): Finding {
  const id = "clock.set";
  const now = new Date(clock.nowMs).toISOString();
  const remedy =
    "a network with NTP (sudo timedatectl set-ntp true), or a clock with a battery; control goes on without";
  if (clock.nowMs < software.builtAtMs) {
    const what = `it is ${now} here, which is before this release was built: readings are published without a time`;
    return { id, verdict: "problem", what, remedy };
  }
  if (clock.synchronised === undefined)
    return { id, verdict: "ok", what: `it is ${now}; whether that is so the system does not say` };
  if (clock.synchronised) return { id, verdict: "ok", what: `it is ${now}, kept by NTP or another source` };
  const what = `it is ${now} here, but nothing keeps the clock: what readings say of their time may be wrong`;
  return { id, verdict: "advice", what, remedy };
}

/** After a power cut without a network only a battery knows the time. */
function keeperFindings({ machine: { files }, board }: Examination): Finding[] {
  const id = "clock.battery";
  const [first] = files.list(RTC);
  if (first !== undefined) {
    const name = textFile(files, `${RTC}/${first}/name`) ?? first;
    return [{ id, verdict: "ok", what: `a clock of its own: ${name}`, where: `${RTC}/${first}` }];
  }
  if (board === undefined) return [];
  const what = "no clock with a battery: after a power cut the time is unknown until the network is there";
  const remedy = "a DS3231 on i2c-1 and dtoverlay=i2c-rtc,ds3231 in config.txt, where that matters";
  return [{ id, verdict: "advice", what, where: RTC, remedy }];
}
