import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal, is, match, ok, throws } from "uvu/assert";
import { ImageError } from "../../../deploy/image/image-error.ts";
import { slotContent } from "../../../deploy/image/slot-content.ts";
import { makeSlotRoot } from "../../../deploy/image/slot-root.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const SCRIPTS = fileURLToPath(new URL("../../../../deploy/image/slot/", import.meta.url));
const PROGRAMS = [
  ...["bin/busybox", "sbin/e2fsck", "sbin/resize2fs", "usr/sbin/mdnsd", "usr/sbin/ntpd"],
  ...["usr/sbin/dropbear", "usr/bin/dropbearkey", "sbin/wpa_supplicant"],
];
const LIBRARIES = ["libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2"];
const OTHERS = [
  "lib/firmware/brcm/brcmfmac43455-sdio.bin",
  "lib/firmware/brcm/brcmfmac4356-pcie.bin",
  "lib/firmware/regulatory.db-debian",
  "lib/firmware/regulatory.db-upstream",
  "usr/share/zoneinfo/Europe/Berlin",
  "usr/share/zoneinfo/right/Europe/Berlin",
  "usr/share/doc/busybox/copyright",
];

/** Debian's tree and an application, a few bytes a file, none of them an ELF. */
function parts(t: SpecContext, libraries = LIBRARIES) {
  const work = mkdtempSync(join(tmpdir(), "holdfast-slot-root-"));
  t.defer(() => rmSync(work, { recursive: true }));
  const write = (path: string) => {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), `content of ${path}`);
  };
  for (const path of [...PROGRAMS, ...OTHERS]) write(`debian/${path}`);
  for (const name of libraries) write(`debian/usr/lib/aarch64-linux-gnu/${name}`);
  for (const path of ["application/bin/node", "application/bin/holdfast", "boot-disk"]) write(path);
  const at = (name: string) => join(work, name);
  const applets = ["[", "cat", "e2fsck", "init"];
  const given = {
    debian: at("debian"),
    scripts: SCRIPTS,
    application: at("application"),
    bootDisk: at("boot-disk"),
  };
  return { root: at("root"), given: { ...given, applets } };
}

spec("permissions are the same whoever makes it, whatever his umask", (t) => {
  const before = process.umask(0o077);
  t.defer(() => process.umask(before));
  const { root, given } = parts(t);
  makeSlotRoot(root, given);
  const mode = (path: string) => statSync(join(root, path)).mode & 0o777;
  for (const folder of ["", "etc/holdfast", "app/bin", "lib/firmware/brcm"]) is(mode(folder), 0o755, folder);
  for (const program of ["bin/busybox", "etc/holdfast/board"]) is(mode(program), 0o755, program);
  for (const file of ["etc/passwd", "lib/libresolv.so.2", "usr/share/zoneinfo/Europe/Berlin"])
    is(mode(file), 0o644, file);
});

spec("a slot holds its programs, their libraries, the application, and nothing else", (t) => {
  const { root, given } = parts(t);
  makeSlotRoot(root, given);
  const files = filesIn(root).map((file) => file.slice(root.length + 1));
  const scripts = readdirSync(SCRIPTS).filter((name) => name !== "inittab");
  equal(
    files.filter((file) => !/^etc\/[^/]+$/.test(file)).sort(),
    [
      ...["app/bin/holdfast", "app/bin/node", "bin/boot-disk"],
      ...PROGRAMS.map((path) => path.replace(/^.*\//, "bin/")),
      ...scripts.map((name) => `etc/holdfast/${name}`),
      ...LIBRARIES.map((name) => `lib/${name}`),
      ...["lib/firmware/brcm/brcmfmac43455-sdio.bin", "lib/firmware/regulatory.db"],
      "usr/share/zoneinfo/Europe/Berlin",
    ].sort(),
  );
});

spec("busybox is called by its names, unless there is a program of that name", (t) => {
  const { root, given } = parts(t);
  makeSlotRoot(root, given);
  is(readlinkSync(join(root, "bin/cat")), "busybox");
  is(readFileSync(join(root, "bin/e2fsck"), "utf8"), "content of debian/sbin/e2fsck");
  is(readlinkSync(join(root, "sbin")), "bin");
  match(readFileSync(join(root, "bin/holdfast"), "utf8"), /exec \/app\/bin\/holdfast/);
  for (const name of ["bin/busybox", "bin/boot-disk", "etc/holdfast/up", "etc/holdfast/board"])
    is(statSync(join(root, name)).mode & 0o777, 0o755, name);
});

spec("what a slot starts is there: every program that inittab and the scripts name", (t) => {
  const { root, given } = parts(t);
  makeSlotRoot(root, given);
  const started = [
    ...readFileSync(join(root, "etc/inittab"), "utf8").matchAll(/:(\/etc\/holdfast\/[\w-]+)/g),
  ];
  ok(started.length >= 6);
  for (const [, path = ""] of started) ok(statSync(join(root, path)).isFile(), path);
});

spec("a library that no package brought stops the build with its name", (t) => {
  const { root, given } = parts(t, LIBRARIES.slice(1));
  throws(
    () => makeSlotRoot(root, given),
    (error: Error) =>
      error instanceof ImageError && error.code === "noPackage" && /^libresolv\.so\.2 /.test(error.message),
  );
});

spec(
  "a slot's system is one hash: the same when it is made again, another for whatever changes beside the application",
  async (t) => {
    const { root, given } = parts(t);
    makeSlotRoot(root, given);
    const { system, files } = await slotContent(root);
    equal(
      files.map(({ path, mode }) => `${path} ${mode.toString(8)}`),
      ["bin/holdfast 644", "bin/node 644"],
    );
    makeSlotRoot(`${root}-again`, given);
    is((await slotContent(`${root}-again`)).system, system);
    writeFileSync(join(root, "app/bin/node"), "another");
    writeFileSync(join(root, "app/bin/more"), "more");
    is((await slotContent(root)).system, system);
    const changes: ((at: string) => void)[] = [
      (at) => writeFileSync(join(at, "etc/hosts"), "another"),
      (at) => chmodSync(join(at, "etc/hosts"), 0o755),
      (at) => rmSync(join(at, "etc/hosts")),
      (at) => symlinkSync("b", join(at, "a")),
      (at) => mkdirSync(join(at, "application")),
    ];
    const seen = new Set([system]);
    for (const [index, change] of changes.entries()) {
      makeSlotRoot(`${root}${index}`, given);
      change(`${root}${index}`);
      seen.add((await slotContent(`${root}${index}`)).system);
    }
    is(seen.size, 1 + changes.length);
  },
);

/** Links are not followed. */
function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const found = lstatSync(path);
    return found.isDirectory() ? filesIn(path) : found.isFile() ? [path] : [];
  });
}
