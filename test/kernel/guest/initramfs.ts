import { gzipSync } from "node:zlib";
import { type CpioEntry, cpioArchive } from "../../../deploy/image/cpio.ts";
import type { KernelModule } from "../../../deploy/image/module-order.ts";

/** Options a module is loaded with. i2c-stub wants the addresses that answer; the watchdog a time that tests can wait for. */
const OPTIONS: Readonly<Record<string, string>> = {
  i2c_stub: "chip_addr=0x20,0x50",
  i6300esb: "heartbeat=4 nowayout=0",
};

/** The guest's first root: busybox, the modules in their order, and the first process. Compressed. */
export function initramfs(parts: {
  readonly busybox: Buffer;
  readonly init: Buffer;
  readonly modules: readonly KernelModule[];
}): Buffer {
  const order = parts.modules.map(({ name }) => `${name} ${OPTIONS[name] ?? ""}`.trimEnd());
  const entries: CpioEntry[] = [
    { path: "dev", mode: 0o040755 },
    { path: "dev/console", mode: 0o020600, device: [5, 1] },
    { path: "bin", mode: 0o040755 },
    { path: "bin/busybox", mode: 0o100755, content: parts.busybox },
    { path: "init", mode: 0o100755, content: parts.init },
    { path: "modules", mode: 0o040755 },
    { path: "modules/order", mode: 0o100644, content: Buffer.from(`${order.join("\n")}\n`) },
    ...parts.modules.map(({ name, content }) => ({ path: `modules/${name}.ko`, mode: 0o100644, content })),
  ];
  return gzipSync(cpioArchive(entries), { level: 1 });
}
