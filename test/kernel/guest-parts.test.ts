/** What the guest is made of, as far as it takes no kernel to see it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { equal, is, ok, throws } from "uvu/assert";
import { cpioArchive } from "../../deploy/image/cpio.ts";
import { modulesInOrder } from "../../deploy/image/module-order.ts";
import { spec } from "../harness/spec.ts";
import { CommandError, command } from "./guest/command.ts";
import { unpackedKernel } from "./guest/kernel-image.ts";
import { cacheFolder } from "./guest/kernel-parts.ts";

spec("an archive has a header of 110 digits a file, everything on multiples of four", () => {
  const bytes = cpioArchive([{ path: "init", mode: 0o100755, content: Buffer.from("abcde") }]);
  const text = bytes.toString("latin1");
  is(text.slice(0, 6), "070701");
  is(text.slice(14, 22), "000081ed", "a file, rwxr-xr-x");
  is(text.slice(54, 62), "00000005", "its size");
  is(text.slice(94, 102), "00000005", "its name with the zero byte");
  is(text.slice(110, 115), "init\0");
  is(text.slice(116, 124), "abcde\0\0\0");
  is(text.slice(124, 130), "070701");
  ok(text.includes("TRAILER!!!"));
  is(bytes.length % 4, 0);
});

spec("modules come after what they depend on, each once", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-modules-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const module = (name: string, depends: string) =>
    writeFileSync(join(folder, `${name}.ko`), `ELF\0license=GPL\0depends=${depends}\0name=${name}\0`);
  module("9p", "9pnet,netfs");
  module("netfs", "");
  module("9pnet", "");
  module("9pnet_virtio", "9pnet,virtio");
  const names = (wanted: string[]) => modulesInOrder(folder, wanted).map(({ name }) => name);
  equal(names(["9p", "9pnet_virtio"]), ["9pnet", "netfs", "9p", "9pnet_virtio"], "virtio is in the kernel");
  throws(() => names(["gpio_sim"]), /the kernel has no module gpio_sim/);
});

spec("the kernel inside a bzImage is found by the boot header", () => {
  const kernel = Buffer.from("\x7fELF and so on");
  const packed = gzipSync(kernel);
  const image = Buffer.alloc(4 * 512 + packed.length + 4);
  image[0x1f1] = 2; // setup_sects: the payload's origin is 3 sectors in
  image.writeUInt32LE(512, 0x248);
  image.writeUInt32LE(packed.length + 4, 0x24c);
  packed.copy(image, 4 * 512);
  equal(unpackedKernel(image), kernel);
  image[4 * 512] = 0;
  is(unpackedKernel(image), undefined, "packed in a way that nobody here knows");
});

spec("a tool that fails is named with what it said last", () => {
  is(command("cat", [], { input: Buffer.from("x") }).toString(), "x");
  for (const [program, args, why] of [
    ["no-such-tool", [], /^no-such-tool: .*ENOENT/],
    ["sh", ["-c", "echo because >&2; exit 3"], /^sh: ended with 3: because$/],
  ] as const) {
    throws(
      () => command(program, args),
      (error: Error) => error instanceof CommandError && why.test(error.message),
    );
  }
});

spec("parts are kept outside the project, where the user's caches are", () => {
  is(cacheFolder({ HOLDFAST_KERNEL_CACHE: "/somewhere" }), "/somewhere");
  is(cacheFolder({ XDG_CACHE_HOME: "/cache" }), "/cache/holdfast/kernel-guest");
  ok(cacheFolder({}).endsWith("/.cache/holdfast/kernel-guest"));
});

spec("the guest's first process is a shell script that a shell can read", () => {
  execFileSync("sh", ["-n", "test/kernel/guest/init.sh"]);
});
