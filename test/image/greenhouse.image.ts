/** The demo board, emulated world and all, from a card of Holdfast OS on an emulated machine. */
import { spawn } from "node:child_process";
import { equal, is, match, ok } from "uvu/assert";
import { demoWith } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { testCard } from "./card.ts";
import { bootVirt } from "./virt.ts";

const LIMIT_MS = 240_000;

/** mosquitto_sub, and what it printed. */
function subscriber(t: SpecContext, port: number, topic: string): { text: string } {
  const child = spawn("mosquitto_sub", ["-p", String(port), "-t", topic, "-v"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.defer(() => child.kill());
  const seen = { text: "" };
  child.stdout.on("data", (data) => {
    seen.text += data;
  });
  return seen;
}

spec(
  "the greenhouse comes up from a card: readings at a broker, the page, its clock and name, and it goes down in order",
  async (t) => {
    const broker = await mosquitto(t);
    const url = `mqtt://10.0.2.2:${broker.port}`;
    const card = await testCard(t, demoWith(["$schema", undefined], ["mqtt.url", url]), {
      hostname: "glasshouse",
      timeZone: "Europe/Berlin",
    });
    const seen = subscriber(t, broker.port, "holdfast/greenhouse/#");
    const board = await bootVirt(t, card);
    await board.says(/holdfast: slot a\r?\n/);
    await until(
      "a reading at the broker",
      () => /climate\/temperature \{"value":[\d.]+,"unit":"°C","quality":"good"/.test(seen.text),
      LIMIT_MS,
    );
    const firstReadingS = board.seconds;

    const words = await board.run(
      "hostname; date +%Z; cat /run/holdfast-slot; df -m /data | tail -n 1; id -un",
    );
    match(words, /^glasshouse\n.*\ndisk=\/dev\/vda\nslot=a\ndata=\/dev\/vda4\ntrial=\n/);
    const [, dataMib = 0] = /\/dev\/vda4 +(\d+)/.exec(words) ?? [];
    ok(Number(dataMib) > 150, `data has grown from 64 MB: ${words}`);
    // Read-only, whoever asks.
    match(await board.run("touch /etc/x 2>&1; true"), /Read-only file system/);
    equal((await board.run("ls /lib/firmware /usr/share 2>/dev/null; true")).trim().split("\n"), [
      "zoneinfo",
    ]);

    const port = await board.tunnel(t, 8080);
    let page = "";
    await until(
      "the page",
      async () => {
        page = await fetch(`http://127.0.0.1:${port}/`).then(
          (answer) => answer.text(),
          () => "",
        );
        return page !== "";
      },
      LIMIT_MS,
    );
    match(page, /<script type="module"/);
    await until(
      "everything in service",
      async () => ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { ok: boolean }).ok,
      LIMIT_MS,
    );
    const memory = await board.run(
      "grep -E '^(MemTotal|MemAvailable)' /proc/meminfo; for p in $(pidof node); do grep -h VmRSS /proc/$p/status; done",
    );
    process.stdout.write(
      `figures: card in ${card.seconds.toFixed(1)} s, slot ${(card.report.slotBytes / 1e6).toFixed(1)} MB, first reading after ${firstReadingS.toFixed(1)} s\n${memory}`,
    );

    await board.run("poweroff");
    await board.off(120);
    is(/Kernel panic|BUG:|Oops/.test(board.console), false, board.console);

    const again = await bootVirt(t, card);
    const kept = await again.run("cat /data/log/messages; mount | grep ' /data '; cat /run/e2fsck");
    match(kept, /all 10 devices and controllers in service/);
    match(kept, /stopping: outputs to their safe levels/);
    match(kept, /ext4 \(rw,noatime/);
    match(kept, /data: clean,/);
  },
  { limitMs: 4 * LIMIT_MS },
);
