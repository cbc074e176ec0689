import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import type { DebianKernel } from "./debian-kernel.ts";

/** Files of the kernel's sources that gpio-sim consists of. */
const GPIO_SIM = ["drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c"];

/** Our own modules, each a file of this name in C. */
const OWN = ["i2c-sim", "pwm-sim", "spi-sim", "w1-sim"];

/** Everything in `sources` that is built. */
export const MODULE_SOURCES = ["Kbuild", ...OWN.map((name) => `${name}.c`)];

/**
 * Builds gpio-sim.ko, which Debian's kernels lack, and our own modules against the kernel's headers. Needs
 * gcc and make. `sources` holds `MODULE_SOURCES`. Throws `CommandError`.
 */
export function buildModules(kernel: DebianKernel, sources: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, "gpio-sim-core.c"))) takeGpioSim(kernel, folder);
  for (const file of MODULE_SOURCES) copyFileSync(join(sources, file), join(folder, file));
  useUnpackedHeaders(kernel);
  command("make", ["-s", "-C", kernel.headers, `M=${folder}`, "modules"]);
  for (const name of ["gpio-sim", ...OWN]) command("strip", ["-d", join(folder, `${name}.ko`)]);
}

function takeGpioSim(kernel: DebianKernel, folder: string): void {
  const top = /([^/]+)\.tar\.xz$/.exec(kernel.source)?.[1];
  command(
    "tar",
    ["-xJf", kernel.source, "--transform=s,.*/,,", ...GPIO_SIM.map((file) => `${top}/${file}`)],
    {
      cwd: folder,
    },
  );
  // irq_to_desc() is not exported to modules, irq_get_irq_data() is: the same descriptor by way of its data.
  const irqSim = join(folder, "irq_sim.c");
  const exported = readFileSync(irqSim, "utf8")
    .replace("irq_to_desc(irqnum)", "irq_data_to_desc(irq_get_irq_data(irqnum))")
    .replace("#include <linux/slab.h>", "#include <linux/slab.h>\n#include <linux/irqdesc.h>");
  writeFileSync(irqSim, exported);
  renameSync(join(folder, "gpio-sim.c"), join(folder, "gpio-sim-core.c"));
  rmSync(kernel.source); // 140 MB for three files
}

/** The headers name each other by the place where a package would have put them. */
function useUnpackedHeaders({ headers }: DebianKernel): void {
  const makefile = join(headers, "Makefile");
  const text = readFileSync(makefile, "utf8");
  const place = join(headers, "..");
  writeFileSync(makefile, text.replace(/^include \/usr\/src\//m, `include ${place}/`));
}
