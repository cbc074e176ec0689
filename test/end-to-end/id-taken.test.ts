import { is, match } from "uvu/assert";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { LINE } from "./greenhouse.ts";

spec(
  "a second board with the id of the first is refused by name, hears no command, and takes over when the first ends",
  async (t) => {
    const { url } = await mosquitto(t);
    const first = await startBoard(t, { broker: url });
    const second = await startBoard(t, { broker: url });
    await until("it is refused", async () => (await second.health()).refused);
    const { broker, ok, refused } = await second.health();
    is(broker, "silent");
    is(ok, true, "control goes on");
    const { code, reason } = refused as { code: string; reason: string };
    is(code, "board_id_taken");
    match(
      reason,
      /another board \(uid [0-9a-f]{32}\) is online as "greenhouse".*give one of them another id/,
    );
    await until("its log says so, too", () => /give one of them another id/.test(second.logText()));

    await first.command("led", { on: true });
    await first.witness.waitUntil(LINE.led, 1);
    is(await second.witness.level(LINE.led), 0, "the command was not for it");
    const uid = first.last("status")?.uid;
    await first.stop();
    await until("the second speaks", async () => (await second.health()).broker === "live", 10_000);
    await second.waitForLast(
      "status",
      "its own",
      (status) => status.state === "online" && status.uid !== uid,
    );
    await second.command("led", { on: true });
    await second.witness.waitUntil(LINE.led, 1);
    await second.stop();
  },
  { limitMs: 120_000 },
);
