import { equal, is, match } from "uvu/assert";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { says, slotBoard, workFolder } from "./slots.ts";

const LIMIT = { limitMs: 240_000 };

spec(
  "one under which a device does not come up is reverted, and the reason names it",
  async (t) => {
    const { board, record, bundle, push } = await slotBoard(t, workFolder(t));
    await board.inService();
    const lives = () => board.logged("inService").length;
    await until("that is logged", () => lives() > 0);
    const before = lives();
    const pushing = push(await bundle("good"), "--trial", "40s", "--settle", "60s");
    const over = pushing.then(({ text }) => {
      throw new Error(`it is over before it was on trial:\n${text}`);
    });
    await Promise.race([over, until("it is on trial", () => record().trying === "b", 60_000)]);
    // The log of the board goes on: its next life is the new release.
    await until("the new one is in service", () => lives() > before, 60_000);
    await board.joinMqtt();
    // The chip of the new release's board: to the old one it was good.
    await board.world("climate", { fault: "unplugged" });
    const { code, text } = await pushing;
    is(code, 1, text);
    match(text, /went back from 0.1.0: .*climate/);
    equal([record().active, record().refused.length], ["a", 1]);
    await board.inService();
    await board.stop();
  },
  LIMIT,
);

spec(
  "one that loses the broker is reverted without being refused",
  async (t) => {
    const broker = await mosquitto(t);
    const { board, record, bundle, push } = await slotBoard(t, workFolder(t), broker.url);
    await until("the broker has it", async () => (await board.health()).broker === "live", 60_000);
    const { code, text } = await push(
      await bundle("alone"),
      "--trial",
      "3s",
      // A board on a machine that is busy takes its time until all but the link is good.
      "--settle",
      "40s",
      "--link",
      "45s",
    );
    is(code, 1, text);
    says(text, "for its link alone: the broker does not have it (offline)");
    equal([record().active, record().refused], ["a", []]);
    await board.inService();
    await board.stop();
  },
  LIMIT,
);
