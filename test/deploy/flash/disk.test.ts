import * as assert from "uvu/assert";
import { inGb, obstacle, readDisks } from "../../../deploy/flash/disk.ts";
import type { FlashError } from "../../../deploy/flash/flash-error.ts";
import { chosenDisk, offer } from "../../../deploy/flash/list-disks.ts";
import { spec } from "../../harness/spec.ts";

const bare = {
  type: "disk",
  rm: false,
  ro: false,
  hotplug: false,
  tran: null,
  vendor: null,
  model: null,
  mountpoints: [null],
  label: null,
};
const entry = (name: string, more: object = {}) => ({
  ...bare,
  name,
  path: `/dev/${name}`,
  size: 32e9,
  ...more,
});
const part = (name: string, mountpoints: (string | null)[], more: object = {}) =>
  entry(name, { type: "part", mountpoints, ...more });

const disks = readDisks(
  JSON.stringify({
    blockdevices: [
      entry("nvme0n1", {
        tran: "nvme",
        size: "512110190592", // util-linux before 2.38 quotes numbers
        children: [
          part("nvme0n1p1", ["/boot/efi"]),
          part("nvme0n1p2", [null], {
            children: [
              entry("vault", {
                type: "crypt",
                children: [entry("root", { type: "lvm", mountpoints: ["/", "[SWAP]"] })],
              }),
            ],
          }),
        ],
      }),
      entry("sda", { rm: true, hotplug: true, tran: "usb", vendor: "Generic ", model: "STORAGE DEVICE  " }),
      entry("sdb", {
        hotplug: true,
        tran: "usb",
        children: [part("sdb1", ["/media/me/PHOTOS"], { label: "PHOTOS" })],
      }),
      entry("sdc", { rm: true, hotplug: true, tran: "usb", size: 0 }),
      entry("sdd", { rm: true, ro: true }),
      entry("sde", { tran: "sata" }),
      entry("mmcblk0"),
      entry("mmcblk1"),
      entry("sr0", { type: "rom", rm: true }),
    ],
  }),
  (name) => name === "mmcblk1",
);
const found = (name: string) => disks.find((disk) => disk.name === name)!;

spec("only cards and USB drives that are not in use may be written", () => {
  assert.equal(
    disks.map((disk) => [disk.name, obstacle(disk)?.code ?? "free"]),
    [
      ["nvme0n1", "systemDisk"],
      ["sda", "free"],
      ["sdb", "mounted"],
      ["sdd", "writeProtected"],
      ["sde", "notRemovable"],
      ["mmcblk0", "notRemovable"],
      ["mmcblk1", "free"],
    ],
  );
  assert.is(found("nvme0n1").bytes, 512110190592);
  assert.equal(found("nvme0n1").mounts, ["/boot/efi", "/", "[SWAP]"]);
  assert.is(found("sda").model, "Generic STORAGE DEVICE");
  assert.is(found("mmcblk1").transport, "mmc");
  assert.equal(found("sdb").labels, ["PHOTOS"]);
});

spec("a USB drive that this machine runs from is a system disk first", () => {
  const [disk] = readDisks(
    JSON.stringify({
      blockdevices: [entry("sda", { rm: true, hotplug: true, children: [part("sda2", ["/"])] })],
    }),
    () => false,
  );
  assert.is(obstacle(disk!)?.code, "systemDisk");
});

spec(
  "a disk is chosen by its path or its name; everything else is refused with what could be written",
  () => {
    assert.is(chosenDisk("/dev/sda", disks), found("sda"));
    assert.is(chosenDisk("mmcblk1", disks), found("mmcblk1"));
    const refusal = (word: string) => {
      try {
        chosenDisk(word, disks);
      } catch (error) {
        return error as FlashError;
      }
      throw new Error(`${word} was accepted`);
    };
    assert.is(refusal("/dev/nvme0n1").code, "systemDisk");
    assert.match(refusal("sdb").message, "first: sudo umount /media/me/PHOTOS");
    assert.is(refusal("/dev/sdx").code, "noSuchDisk");
    assert.match(refusal("/dev/sdx").message, "/dev/sda (32.0 GB), /dev/mmcblk1 (32.0 GB)");
    assert.match(refusal("/dev/sda1").message, "a partition; its disk is /dev/sda");
    assert.match(refusal("/dev/mmcblk1p2").message, "a partition; its disk is /dev/mmcblk1");
    assert.match(offer([found("sde")]), "put one in");
  },
);

spec("sizes are told as cards have them printed on", () => {
  assert.is(inGb(31_914_983_424), "31.9 GB");
  assert.is(inGb(256 << 20), "268 MB");
});

spec("what lsblk did not say is an error, not an empty list", () => {
  assert.throws(() => readDisks("{}", () => false), "no block devices");
  assert.throws(() => readDisks("lsblk: failed", () => false));
});
