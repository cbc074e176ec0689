import { equal, is } from "uvu/assert";
import { bootEvidence } from "../../deploy/board/boot-evidence.ts";
import { kernelDumps } from "../../deploy/board/kernel-dumps.ts";
import { type Folder, fixtureFiles } from "../firmware/board/fixture-files.ts";
import { spec } from "../harness/spec.ts";

const pstore = (files: Folder) => fixtureFiles({ sys: { fs: { pstore: files } } });

spec("the slot is the one that Holdfast OS says it started; elsewhere nothing tells", () => {
  const files = fixtureFiles({ run: { "holdfast-slot": "disk=/dev/mmcblk0\nslot=b\ntrial=1\n" } });
  is(bootEvidence(files).slot, "b");
  is("slot" in bootEvidence(fixtureFiles({})), false);
});

spec("a dump is known by its content: its name comes again; console and other records are none", () => {
  const once = kernelDumps(pstore({ "dmesg-ramoops-0": "Panic#1 Part1\n", "console-ramoops-0": "[ 1.0]" }));
  const again = kernelDumps(pstore({ "dmesg-ramoops-0": "Panic#2 Part1\n" }));
  equal([once.length, again.length], [1, 1]);
  is(once[0] === again[0], false);
  equal(kernelDumps(pstore({ "dmesg-ramoops-0": "Panic#1 Part1\n" })), once);
});

spec("dumps that systemd has put away are known by their names, the newest 32", () => {
  const names = Array.from({ length: 40 }, (_, n) => `17956623${String(n).padStart(2, "0")}`);
  const archive = Object.fromEntries(names.map((name) => [name, {}]));
  const files = fixtureFiles({ var: { lib: { systemd: { pstore: archive } } } });
  equal(kernelDumps(files), names.slice(8));
  equal(kernelDumps(fixtureFiles({})), []);
});
