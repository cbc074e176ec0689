import { spawn } from "node:child_process";
import type { PiParts } from "./pi-parts.ts";

/** A quiet machine needs 30 s. */
const LIMIT_MS = 600_000;

/**
 * Boots a Raspberry Pi 3 B under QEMU and resolves to what its first process printed, once that said `PI END`.
 * Rejects when it does not within ten minutes.
 */
export function bootPi({ kernel, deviceTree }: PiParts, initrd: string): Promise<string> {
  const args = [
    ...["-M", "raspi3b", "-display", "none", "-monitor", "none", "-no-reboot", "-serial", "stdio"],
    ...["-kernel", kernel, "-dtb", deviceTree, "-initrd", initrd],
    ...["-append", "console=ttyAMA0,115200 panic=-1 quiet rdinit=/init"],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn("qemu-system-aarch64", args, { stdio: ["ignore", "pipe", "pipe"] });
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    let text = "";
    const limit = setTimeout(end, LIMIT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        text += data;
        if (/^PI END \d+/m.test(text)) end();
      });
    }
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(limit);
      process.removeListener("exit", end);
      if (/^PI END \d+/m.test(text)) resolve(text.replaceAll("\r", ""));
      else reject(new Error(`the board did not come to an end:\n${text}`));
    });
  });
}
