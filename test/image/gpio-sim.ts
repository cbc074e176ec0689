import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { debianTree, imageCache } from "../../deploy/image/debian-packages.ts";
import { command } from "../kernel/guest/command.ts";
import { kernelParts } from "../kernel/guest/kernel-parts.ts";

/** What gpio-sim is built from, as the kernel guest keeps it (`test/kernel/guest/build-modules.ts`). */
const SOURCES = ["gpio-sim-core.c", "gpiolib.h", "irq_sim.c"];
const COMPILER = "aarch64-linux-gnu-";

/**
 * gpio-sim.ko for the kernel of Holdfast OS, which lacks it as Debian's others do; built once and kept. `root`: the checkout.
 * Both kernels are of one Debian version, so the sources and tools of the kernel guest serve. Throws an Error that says what is missing.
 */
export async function gpioSim(root: string, step: (what: string) => void): Promise<Buffer> {
  const guest = kernelParts(join(root, "test/kernel/guest"), step);
  const abi = guest.version.replace(/-[^-]+$/, "");
  const folder = join(imageCache(), `gpio-sim-${abi}`);
  const built = join(folder, "module/gpio-sim.ko");
  if (existsSync(built)) return readFileSync(built);
  rmSync(folder, { recursive: true, force: true });
  const { root: debian } = await debianTree(join(folder, "debian"), [`linux-headers-${abi}-arm64`], { step });
  step("building gpio-sim for arm64");
  const kernel = dirname(guest.kernel);
  const headers = layOutHeaders(join(kernel, "root"), debian, abi, join(folder, "tree"));
  const module = join(folder, "module");
  mkdirSync(module, { recursive: true });
  for (const name of SOURCES) cpSync(join(kernel, "modules", name), join(module, name));
  writeFileSync(join(module, "Kbuild"), "obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-core.o irq_sim.o\n");
  const words = ["ARCH=arm64", `CROSS_COMPILE=${COMPILER}`, `CC=${COMPILER}gcc`];
  command("make", ["-s", "-C", headers, `M=${module}`, ...words, "modules"]);
  command(`${COMPILER}strip`, ["-d", built]);
  return readFileSync(built);
}

/** The headers of arm64 beside what they share with those of this machine. */
function layOutHeaders(here: string, debian: string, abi: string, tree: string): string {
  const [series = ""] = /^\d+\.\d+/.exec(abi) ?? [];
  const own = join(tree, "usr/src", `linux-headers-${abi}-arm64`);
  const common = `linux-headers-${abi}-common`;
  mkdirSync(join(tree, "usr/lib"), { recursive: true });
  cpSync(join(debian, "usr/src", `linux-headers-${abi}-arm64`), own, {
    recursive: true,
    verbatimSymlinks: true,
  });
  symlinkSync(join(here, "usr/src", common), join(tree, "usr/src", common));
  symlinkSync(
    join(here, "usr/lib", `linux-kbuild-${series}`),
    join(tree, "usr/lib", `linux-kbuild-${series}`),
  );
  writeFileSync(join(own, "Makefile"), `include ${join(tree, "usr/src", common)}/Makefile\n`);
  return own;
}
