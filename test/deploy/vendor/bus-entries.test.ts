import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is } from "uvu/assert";
import { FolderBootFiles } from "../../../deploy/vendor/boot-files.ts";
import { busEntries, writeBusSettings } from "../../../deploy/vendor/bus-entries.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

const I2C = { buses: [{ bus: "i2c-1", hz: 400_000 }], outputs: [] };
const VENDOR = "#dtparam=i2c_arm=on\n[cm4]\ndtparam=i2c_arm=on\n[all]\ndtoverlay=vc4-kms-v3d";

function bootOf(t: SpecContext, config: string): FolderBootFiles {
  const folder = join(aFolder(t), "bootfs");
  mkdirSync(folder);
  writeFileSync(join(folder, "config.txt"), config);
  return new FolderBootFiles(folder);
}

spec(
  "what the configuration uses is turned on for every board, once, and not as a parameter of another overlay",
  (t) => {
    const boot = bootOf(t, VENDOR);
    writeBusSettings(boot, I2C);
    const added = ["", "[all]", "# holdfast: what its configuration uses", "dtoverlay="];
    const settings = ["dtparam=i2c_arm=on", "dtparam=i2c_arm_baudrate=400000", ""];
    is(boot.read("config.txt"), `${VENDOR}\n${[...added, ...settings].join("\n")}`);
    const once = boot.read("config.txt");
    writeBusSettings(boot, I2C);
    is(boot.read("config.txt"), once);
  },
);

spec("a board without buses changes nothing, and loads nothing", (t) => {
  const boot = bootOf(t, VENDOR);
  writeBusSettings(boot, { buses: [], outputs: [] });
  is(boot.read("config.txt"), VENDOR);
  equal(busEntries({ buses: [{ bus: "spi0", hz: 1_000_000, spi: [] }] }), []);
});

spec("the module that shows I2C to programs is loaded at each boot", () => {
  const files = busEntries(I2C).flatMap((entry) => ("text" in entry ? [[entry.path, entry.text]] : []));
  equal(files, [["/etc/modules-load.d/holdfast.conf", "# holdfast: I2C\ni2c-dev\n"]]);
});
