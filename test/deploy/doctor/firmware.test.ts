import { equal } from "uvu/assert";
import { checkFirmware, treeSettings } from "../../../deploy/doctor/checks/firmware.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, said } from "./a-machine.ts";

spec("settings of config.txt are told, comments are not, and a filter stays beside what it filters", () => {
  equal(said(checkFirmware, aMachine()), [
    "ok firmware.overlays: dtparam=i2c_arm=on, dtoverlay=vc4-kms-v3d [pi4]",
  ]);
  equal(treeSettings("dtoverlay=\n  dtparam=spi=on  \n[all]\n[pi5]\ndtoverlay=w1-gpio,gpiopin=4\r\n"), [
    "dtparam=spi=on",
    "dtoverlay=w1-gpio,gpiopin=4 [pi5]",
  ]);
});

spec("the older place of the file, overlays that were loaded since, and none at all", () => {
  const old = { boot: { firmware: undefined, "config.txt": "dtparam=spi=on" } };
  const loaded = { sys: { kernel: { config: { "device-tree": { overlays: { "0_i2c-rtc": {} } } } } } };
  equal(said(checkFirmware, aMachine({ files: { ...old, ...loaded } })), [
    "ok firmware.overlays: dtparam=spi=on; loaded since the start: 0_i2c-rtc",
  ]);
  equal(said(checkFirmware, aMachine({ files: { boot: undefined, ...loaded } })), [
    "ok firmware.overlays: overlays loaded since the start: 0_i2c-rtc",
  ]);
  equal(said(checkFirmware, aMachine({ files: { boot: undefined } })), []);
  equal(said(checkFirmware, aMachine({ bare: true })), []);
});

spec("each line that the firmware did not understand is a problem", () => {
  const warnings = "dterror: can't find symbol 'i2c9'\ndtwarn: overlay 'w2' not found\n\0";
  const files = { proc: { "device-tree": { chosen: { "user-warnings": warnings } } } };
  equal(
    said(checkFirmware, aMachine({ files }))
      .slice(1)
      .map((line) => line.split(" → ")[0]),
    [
      "problem firmware.warning: the firmware did not understand a setting: dterror: can't find symbol 'i2c9'",
      "problem firmware.warning: the firmware did not understand a setting: dtwarn: overlay 'w2' not found",
    ],
  );
});
