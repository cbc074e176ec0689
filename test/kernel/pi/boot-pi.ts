import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PiParts } from "./pi-parts.ts";
import type { PiQemu } from "./qemu.ts";
import { Qmp } from "./qmp.ts";

/** A quiet machine needs 30 s. */
const LIMIT_MS = 600_000;
/** What the program prints to have its temperature sensor measure so many thousandths of a degree. */
const WISH = /^PI TEMPERATURE (-?\d+)\r?\n/gm;

/**
 * Boots a Raspberry Pi 3 B under QEMU, with a TMP105 at 0x48 of its header's bus where QEMU can, and resolves to what its
 * first process printed, once that said `PI END`. Rejects when it does not within ten minutes.
 */
export function bootPi({ kernel, deviceTree }: PiParts, initrd: string, qemu: PiQemu): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-qmp-"));
  const socket = join(folder, "qmp");
  const sensor =
    qemu.noI2c === undefined
      ? [
          "-device",
          "tmp105,id=sensor,bus=i2c-bus.1,address=0x48",
          "-qmp",
          `unix:${socket},server=on,wait=off`,
        ]
      : [];
  const args = [
    ...qemu.args,
    ...["-M", "raspi3b", "-display", "none", "-monitor", "none", "-no-reboot", "-serial", "stdio"],
    ...["-kernel", kernel, "-dtb", deviceTree, "-initrd", initrd, ...sensor],
    ...["-append", `console=ttyAMA0,115200 panic=-1 quiet rdinit=/init${sensor.length > 0 ? " tmp105" : ""}`],
  ];
  return new Promise<string>((resolve, reject) => {
    const child = spawn(qemu.program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    let text = "";
    let granted = 0;
    let qmp: Qmp | undefined;
    if (sensor.length > 0) {
      Qmp.connect(socket).then((connected) => {
        qmp = connected;
      }, reject);
    }
    const limit = setTimeout(end, LIMIT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        text += data;
        const wishes = [...text.matchAll(WISH)].map(([, milliC]) => Number(milliC));
        for (const milliC of wishes.slice(granted)) qmp?.set("sensor", "temperature", milliC);
        granted = wishes.length;
        if (/^PI END \d+/m.test(text)) end();
      });
    }
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(limit);
      process.removeListener("exit", end);
      qmp?.close();
      if (/^PI END \d+/m.test(text)) resolve(text.replaceAll("\r", ""));
      else reject(new Error(`the board did not come to an end:\n${text}`));
    });
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
}
