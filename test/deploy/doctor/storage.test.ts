import { equal, is } from "uvu/assert";
import { checkStorage } from "../../../deploy/doctor/checks/storage.ts";
import type { Space } from "../../../deploy/doctor/machine.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, type MachineOptions, said } from "./a-machine.ts";

const told = (id: string, options: MachineOptions) =>
  said(checkStorage, aMachine(options)).filter((line) => line.includes(` storage.${id}: `));
const space = (of: Partial<Space>) => ({
  space: () => ({ freeBytes: 8e9, totalBytes: 32e9, freeFiles: 900, totalFiles: 1000, ...of }),
});

spec("a card in order is told with what it says of itself", () => {
  equal(said(checkStorage, aMachine()), [
    "ok storage.root: root: ext4, writable",
    "ok storage.card: SD card SC32G, made 05/2024; it does not tell its wear",
    "ok storage.space: 8.0 GB of 32.0 GB free where settings are kept",
  ]);
});

spec("a root that errors made read-only is a problem, one that people made so is not", () => {
  const mounts = "none / tmpfs rw 0 0\n/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n";
  equal(told("root", { files: { proc: { mounts } } }), ["ok storage.root: root: ext4, read-only"]);
  const broken = { proc: { mounts }, sys: { fs: { ext4: { mmcblk0p2: { errors_count: "1\n" } } } } };
  is(
    told("root", { files: broken })[0]?.startsWith(
      "problem storage.root: the root (ext4) has become read-only because of errors",
    ),
    true,
  );
  equal(
    told("errors", { files: broken }).map((line) => line.split(" → ")[0]),
    ["problem storage.errors: ext4 found 1 error on mmcblk0p2: the card loses data"],
  );
  const overlay = "overlay / overlay rw 0 0\n";
  equal(told("root", { files: { proc: { mounts: overlay } } }), ["ok storage.root: root: overlay, writable"]);
});

spec("eMMC tells its wear in tenths, the worse of its two kinds of cells counts", () => {
  const card = (life_time: string) => {
    const files = {
      sys: { block: { mmcblk0: { device: { type: "MMC", name: "DG4016", date: "01/2022", life_time } } } },
    };
    return told("card", { files })[0]?.split(" → ")[0];
  };
  is(card("0x01 0x02\n"), "ok storage.card: eMMC DG4016, made 01/2022: 10 to 20 % of its life used");
  is(card("0x08 0x01"), "advice storage.card: eMMC DG4016, made 01/2022: 70 to 80 % of its life used");
  is(card("0x01 0x0a"), "problem storage.card: eMMC DG4016, made 01/2022: 90 to 100 % of its life used");
  is(card("0x0b 0x0b"), "problem storage.card: eMMC DG4016, made 01/2022: beyond its life");
  is(
    card("0x00 0x00"),
    "ok storage.card: eMMC DG4016, made 01/2022; it does not tell its wear",
    "0 is not defined",
  );
});

spec("space runs out in bytes or in files; a tenth of a large card is enough", () => {
  const verdict = (of: Partial<Space>) => told("space", space(of))[0]?.split(" ")[0];
  is(verdict({ freeBytes: 3e8, totalBytes: 4e9 }), "advice");
  is(verdict({ freeBytes: 5e7, totalBytes: 4e9 }), "problem");
  is(verdict({ freeBytes: 1e9, totalBytes: 32e9 }), "ok", "3 % of a large card");
  is(verdict({ freeFiles: 10 }), "problem", "files");
  is(verdict({ freeFiles: 0, totalFiles: 0 }), "ok", "a file system without such a limit");
  equal(told("space", { space: () => undefined }), []);
});

spec("swap on the card is told, in memory it is not", () => {
  const swaps = (row: string) =>
    told("swap", { files: { proc: { swaps: `Filename Type Size Used Priority\n${row}\n` } } }).length;
  is(swaps("/var/swap                file            102396  0 -2"), 1);
  is(swaps("/dev/mmcblk0p3           partition       102396  0 -2"), 1);
  is(swaps("/dev/zram0               partition       102396  0 100"), 0);
  is(swaps(""), 0);
});
