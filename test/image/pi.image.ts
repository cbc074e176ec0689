/** A card in an emulated Raspberry Pi 3 B: the real drivers of its chips, by the device tree that the card was made with. */
import { readFileSync } from "node:fs";
import { is, match } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { testCard } from "./card.ts";
import { lineBoard } from "./line-board.ts";
import { Machine } from "./machine.ts";

/** On a quiet machine a tenth of it. */
const LIMIT_S = 300;

/** Types a command at the console and returns what it printed. */
async function typed(board: Machine, command: string): Promise<string> {
  board.listen();
  // What is typed comes back, too: the mark is put together by the shell.
  board.type(`${command}; echo "end of"" it: $?"`);
  await board.says(/end of it: \d+\r?\n/, LIMIT_S);
  return board.console.replaceAll("\r", "");
}

spec(
  "an operator logs in at the serial port of a Pi 3, finds its header by label, and switches a line",
  async (t) => {
    const card = await testCard(t, lineBoard(undefined));
    const words = readFileSync(card.boot("cmdline.txt"), "utf8").trim();
    const board = await Machine.start(t, {
      qemu: [
        ...["-M", "raspi3b", "-serial", "null", "-serial", "stdio", "-no-reboot"],
        ...["-kernel", card.boot("kernel8.img"), "-initrd", card.boot("initramfs.gz")],
        ...["-dtb", card.boot("bcm2837-rpi-3-b.dtb"), "-append", words],
        ...["-drive", `file=${card.image},if=sd,format=raw`],
      ],
    });
    await board.says(/holdfast: slot a\r?\n/, LIMIT_S);
    await board.says(/greenhouse login: /, LIMIT_S);
    process.stdout.write(`figures: login on a Pi 3 after ${board.seconds.toFixed(1)} s\n`);
    board.type("root");
    await board.says(/Password: /, LIMIT_S);
    board.type(card.report.password!);
    await board.says(/root@greenhouse:.*# /, LIMIT_S);

    match(await typed(board, "cat /proc/device-tree/model; echo"), /Raspberry Pi 3 Model B/);
    match(
      await typed(board, "until wget -q -O - http://127.0.0.1:8080/health; do sleep 2; done"),
      /"devices"/,
    );
    await typed(board, "mount -t debugfs debug /sys/kernel/debug");
    const before = await typed(board, "grep -A 30 pinctrl-bcm2835 /sys/kernel/debug/gpio");
    match(before, /gpio-\d+ \(GPIO24 +\|[^\n]*\) out lo/);
    match(before, /gpio-\d+ \(GPIO6 +\|[^\n]*\) out hi/, "active low: off is high");
    match(await typed(board, "holdfast set led on"), /led/);
    match(await typed(board, "grep GPIO24 /sys/kernel/debug/gpio"), /out hi/);
    match(await typed(board, "ls /sys/class/watchdog/watchdog0/"), /timeout/);

    board.type("poweroff");
    await board.says(/reboot: System halted|reboot: Power down/, LIMIT_S);
    is(/Kernel panic|BUG:|Oops/.test(board.console), false, board.console);
  },
  { limitMs: 1_200_000 },
);
