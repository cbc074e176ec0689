import { equal } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { busesToAsk } from "../../../deploy/doctor/buses-to-ask.ts";
import { checkBuses } from "../../../deploy/doctor/checks/buses.ts";
import { examine } from "../../../deploy/doctor/examination.ts";
import type { BusScan } from "../../../deploy/doctor/machine.ts";
import { spec } from "../../harness/spec.ts";
import { demoText } from "../demo-board.ts";
import { aMachine, linuxDemo, type MachineOptions, said } from "./a-machine.ts";

const named = { sys: { class: { "i2c-dev": { "i2c-1": { name: "bcm2835 (i2c@7e804000)\n" } } } } };
const asked = (scan: BusScan, more: MachineOptions = {}) =>
  aMachine({ files: named, scans: new Map([["i2c-1", scan]]), ...more });

spec("who answers is told with the parts that may be at the address, and who holds one", () => {
  equal(said(checkBuses, asked({ answered: [0x48, 0x3c], held: [0x68] })), [
    "ok buses.adapter: i2c-1: bcm2835 (i2c@7e804000), answers: 0x48 (ads1115?), 0x3c, 0x68 held by a kernel driver",
  ]);
  equal(said(checkBuses, asked({ answered: [], held: [] })), [
    "ok buses.adapter: i2c-1: bcm2835 (i2c@7e804000), nobody answers",
  ]);
});

spec("a bus that is stuck is a problem of its wires", () => {
  const [line = ""] = said(checkBuses, asked({ error: "question to an address: ETIMEDOUT" }));
  equal(
    line.startsWith(
      "problem buses.adapter: i2c-1 (bcm2835 (i2c@7e804000)) does not work: question to an address: ETIMEDOUT → check that SDA",
    ),
    true,
    line,
  );
});

spec(
  "chips of the configuration are looked for: there, silent, at another address, held by the kernel",
  () => {
    const chips = (scan: BusScan) => said(checkBuses, asked(scan), linuxDemo()).slice(1);
    const wires =
      "its wires (SDA to SDA, SCL to SCL, ground), its supply, and the strap that chooses its address";
    const where = (id: string, address: string) =>
      `ok buses.chip: ${id}: something answers at ${address} of i2c-1`;
    equal(chips({ answered: [0x48, 0x76], held: [] }), [where("climate", "0x76"), where("soil", "0x48")]);
    equal(
      chips({ answered: [0x48], held: [] })[0],
      `problem buses.chip: climate: no bme280 answers at 0x76 of i2c-1 → ${wires}`,
    );
    equal(
      chips({ answered: [0x48, 0x77], held: [] })[0],
      'problem buses.chip: climate: no bme280 answers at 0x76 of i2c-1 → one may be at 0x77: "address" in the configuration, or the strap of the chip',
    );
    equal(
      chips({ answered: [0x48], held: [0x76] })[0],
      "problem buses.chip: climate: a kernel driver holds 0x76 of i2c-1, so Holdfast's cannot → take the dtoverlay that loads it out of config.txt and restart",
    );
    equal(
      said(checkBuses, aMachine({ files: named }), linuxDemo()).slice(1),
      [],
      "a bus that nobody asked says nothing of chips",
    );
  },
);

spec("expanders and multiplexers are looked for, too; what is behind a multiplexer no scan sees", () => {
  const wired = linuxDemo(
    ["buses.i2c-1.muxes", { "0x70": { chip: "tca9548a" } }],
    ["expanders", { valves: { chip: "mcp23017", bus: "i2c-1", address: "0x20" } }],
    ["devices.soil.bus", "i2c-1/0x70/2"],
  );
  equal(wired.problems, undefined);
  equal(said(checkBuses, asked({ answered: [0x21, 0x70, 0x76], held: [] }), wired).slice(1), [
    "ok buses.chip: multiplexer 0x70: something answers at 0x70 of i2c-1",
    "ok buses.chip: climate: something answers at 0x76 of i2c-1",
    'problem buses.chip: valves: no mcp23017 answers at 0x20 of i2c-1 → one may be at 0x21: "address" in the configuration, or the strap of the chip',
  ]);
});

spec("no right to a bus, and a bus of the header that is turned off", () => {
  const denied = aMachine({
    files: named,
    denied: ["/dev/i2c-1"],
    user: { name: "ada", uid: 1001, groups: [] },
  });
  equal(said(checkBuses, denied), [
    "problem buses.adapter: ada may not open /dev/i2c-1 (bcm2835 (i2c@7e804000)) → sudo usermod -aG i2c ada, then log in again (a service: SupplementaryGroups=i2c)",
  ]);
  equal(said(checkBuses, aMachine({ tree: { i2c1: "disabled", devices: [] } })), [
    'advice buses.header: i2c-1, the header\'s bus: it is turned off → "dtparam=i2c_arm=on" in /boot/firmware/config.txt and a restart turn it on',
  ]);
  const [unloaded] = said(checkBuses, aMachine({ tree: { devices: [] } }));
  equal(
    unloaded,
    "advice buses.header: i2c-1, the header's bus: it is on, but the kernel's module for it is not loaded → sudo modprobe i2c-dev (and i2c-dev in /etc/modules)",
  );
});

spec("a bus that somebody has open is not asked, and says who that is", () => {
  const opened = { "/dev/i2c-1": [{ pid: 812, name: "python3" }] };
  equal(said(checkBuses, aMachine({ files: named, opened })), [
    "ok buses.adapter: i2c-1: bcm2835 (i2c@7e804000), not asked who answers: python3 (process 812) has it open",
  ]);
});

spec(
  "only buses are asked that are safe to ask: the header's, or the configuration's, and none that is in use",
  () => {
    const files = { sys: { class: { "i2c-dev": { "i2c-20": { name: "x" }, "i2c-3": { name: "x" } } } } };
    const ask = (more: MachineOptions, loaded?: ReturnType<typeof linuxDemo>) => {
      const machine = aMachine({ files, ...more });
      return busesToAsk(machine, examine(machine, loaded));
    };
    const wired = linuxDemo(["buses.i2c-3", { speed: "100kHz" }], ["buses.i2c-4", { speed: "100kHz" }]);
    const running = (hardware: "linux" | "emulated") => ({
      id: "b",
      hardware,
      page: "",
      broker: { cause: "" },
      devices: [],
    });
    equal(ask({}), ["i2c-1"]);
    equal(ask({}, wired), ["i2c-1", "i2c-3"], "i2c-4 is not there");
    equal(ask({}, parseConfig(demoText)), [], "an emulated board has no business with real buses");
    equal(ask({ opened: { "/dev/i2c-1": [{ pid: 7, name: "node" }] } }, wired), ["i2c-3"]);
    equal(ask({ running: running("linux") }), []);
    equal(ask({ running: running("emulated") }), ["i2c-1"]);
    const ports = [{ port: 8080, what: "the page", option: "--http-port", free: false }];
    equal(ask({ ports }), [], "it may be a board that does not tell us");
    equal(ask({ bare: true }), [], "no Raspberry Pi");
  },
);
