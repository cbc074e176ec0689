import { equal, is } from "uvu/assert";
import { checkWatchdog } from "../../../deploy/doctor/checks/watchdog.ts";
import { hasSystemd, systemConf, systemdSeconds } from "../../../deploy/doctor/systemd-conf.ts";
import { fixtureFiles } from "../../firmware/board/fixture-files.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, linuxDemo, said } from "./a-machine.ts";

const FEED =
  "RuntimeWatchdogSec=15 under [Manager] in /etc/systemd/system.conf.d/holdfast.conf, then sudo systemctl daemon-reexec";
const conf = (text: string) => ({ etc: { systemd: { "system.conf": text } } });

spec("the device, its real limit, and systemd that feeds it", () => {
  equal(said(checkWatchdog, aMachine()), [
    "ok watchdog.device: Broadcom BCM2835 Watchdog timer, resets after 15 s without a sign, active",
    "ok watchdog.owner: systemd feeds it (RuntimeWatchdogSec=15)",
  ]);
});

spec(
  "more than 15 s on a Pi may mean no watchdog at all; on another machine it is its driver's business",
  () => {
    const [, limit] = said(checkWatchdog, aMachine({ files: conf("[Manager]\nRuntimeWatchdogSec=1min\n") }));
    equal(
      limit,
      `problem watchdog.limit: RuntimeWatchdogSec=1min, but the chip of a Pi counts to 15 s: kernels before 6.8 refuse it and there is no watchdog, later ones feed the chip in the meantime → ${FEED}`,
    );
    const pc = {
      proc: { "1": { comm: "systemd" } },
      sys: { class: { watchdog: { watchdog0: { identity: "iTCO_wdt", timeout: "60", nowayout: "1" } } } },
    };
    equal(said(checkWatchdog, aMachine({ bare: true, files: { ...pc, ...conf("RuntimeWatchdogSec=60") } })), [
      "ok watchdog.device: iTCO_wdt, resets after 60 s without a sign, cannot be stopped once it runs",
      "ok watchdog.owner: systemd feeds it (RuntimeWatchdogSec=60)",
    ]);
  },
);

spec("nobody feeds it, a stranger does, a guardian does, or somebody whom only root sees", () => {
  const owner = (files: object, opened = {}) =>
    said(checkWatchdog, aMachine({ files: { ...conf(""), ...files }, opened })).slice(1);
  const idle = { sys: { class: { watchdog: { watchdog0: { state: "inactive" } } } } };
  equal(owner(idle), [`advice watchdog.owner: nobody feeds the watchdog, so it does not run → ${FEED}`]);
  equal(owner(idle, { "/dev/watchdog0": [{ pid: 412, name: "watchdog" }] }), [
    `problem watchdog.owner: watchdog (process 412) has the watchdog, so nobody resets a board whose guardian hangs → stop it for good (sudo systemctl disable --now watchdog), and let systemd feed it: ${FEED}`,
  ]);
  equal(owner(idle, { "/dev/watchdog": [{ pid: 900, name: "node" }] }), [
    "ok watchdog.owner: node (process 900) feeds it",
  ]);
  equal(owner({}), ["ok watchdog.owner: somebody feeds it (root would see who)"]);
});

spec("the owner that the configuration names is compared with who has it", () => {
  const owner = (owner: string, files: object, more = {}) =>
    said(checkWatchdog, aMachine({ files: { ...files }, ...more }), linuxDemo(["watchdog", { owner }]))
      .filter((line) => line.includes(" watchdog.owner: "))
      .map((line) => line.split(" → ")[0]);
  const idle = { ...conf(""), sys: { class: { watchdog: { watchdog0: { state: "inactive" } } } } };
  equal(owner("guardian", {}), [
    "problem watchdog.owner: the configuration gives the watchdog to the guardian, and systemd has it: only one can open it",
  ]);
  equal(owner("guardian", idle), [
    "ok watchdog.owner: free for the guardian, which the configuration gives it to",
  ]);
  equal(owner("guardian", idle, { denied: ["/dev/watchdog0"] }), [
    "problem watchdog.owner: the configuration gives the watchdog to the guardian, and pi may not open it",
  ]);
  equal(owner("systemd", {}), ["ok watchdog.owner: systemd feeds it (RuntimeWatchdogSec=15)"]);
  equal(owner("systemd", idle), ["problem watchdog.owner: nobody feeds the watchdog, so it does not run"]);
  equal(owner("none", idle), [], "that is meant");
});

spec("a reset by the watchdog is told at the next start", () => {
  const files = { sys: { class: { watchdog: { watchdog0: { bootstatus: "32" } } } } };
  is(
    said(checkWatchdog, aMachine({ files }))[2]?.startsWith(
      "advice watchdog.fired: the last restart was a reset by the watchdog",
    ),
    true,
  );
});

spec("a Pi without the device is told what turns it on; a PC without pins is told nothing", () => {
  const none = { sys: { class: { watchdog: undefined } } };
  equal(said(checkWatchdog, aMachine({ files: none })), [
    "advice watchdog.device: there is no hardware watchdog: a system that hangs stays as it is → dtparam=watchdog=on in config.txt, then restart",
  ]);
  equal(said(checkWatchdog, aMachine({ bare: true })), []);
  is(said(checkWatchdog, aMachine({ bare: true }), linuxDemo()).length, 1, "pins are asked for");
});

spec(
  "of systemd's files the later one counts, a drop-in of the same name in /etc hides the others, and an empty value takes back",
  () => {
    const value = (folders: object) => systemConf(fixtureFiles(folders as never), "RuntimeWatchdogSec");
    equal(value({}), undefined);
    equal(
      value({ etc: { systemd: { "system.conf": "#RuntimeWatchdogSec=9\n RuntimeWatchdogSec = 10 \n" } } }),
      {
        value: "10",
        file: "/etc/systemd/system.conf",
      },
    );
    const dropIns = (folder: string, files: object) => ({
      [folder]: { systemd: { "system.conf.d": files } },
    });
    const both = {
      usr: {
        lib: {
          systemd: {
            "system.conf.d": { "40-rpi.conf": "RuntimeWatchdogSec=1m", "10-a.conf": "RuntimeWatchdogSec=2" },
          },
        },
      },
      ...dropIns("etc", { "20-b.conf": "RuntimeWatchdogSec=3" }),
    };
    equal(value(both), { value: "1m", file: "/usr/lib/systemd/system.conf.d/40-rpi.conf" });
    const hidden = {
      ...both,
      ...dropIns("etc", { "40-rpi.conf": "# nothing", "20-b.conf": "RuntimeWatchdogSec=3" }),
    };
    equal(value(hidden)?.value, "3");
    equal(value({ ...both, ...dropIns("etc", { "50-off.conf": "RuntimeWatchdogSec=" }) }), undefined);
  },
);

spec("times are read as systemd.time has them", () => {
  for (const [text, seconds] of [
    ["15", 15],
    ["15s", 15],
    ["1min", 60],
    ["1min 30s", 90],
    ["500ms", 0.5],
    ["2h", 7200],
    ["off", 0],
    ["0", 0],
    ["3 parsecs", 0],
    ["infinity", Number.POSITIVE_INFINITY],
  ] as const) {
    is(systemdSeconds(text), seconds, text);
  }
  is(hasSystemd(fixtureFiles({ proc: { "1": { comm: "init\n" } } })), false);
});
