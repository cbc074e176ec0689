/** An update of Holdfast OS over ssh, with real boots. */
import { is, match } from "uvu/assert";
import { SlotSectors } from "../../deploy/update/slot-records.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { projectFolder } from "../harness/source-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { testCard } from "./card.ts";
import { gpioSim } from "./gpio-sim.ts";
import { lineBoard } from "./line-board.ts";
import { push, slotRelease, testKey } from "./push.ts";
import { bootVirt } from "./virt.ts";

const LIMIT_MS = 600_000;

/** A board of lines that takes releases signed by `key`, up and online. */
async function updatable(t: SpecContext) {
  const key = testKey(t);
  const broker = await mosquitto(t);
  const card = await testCard(t, lineBoard(`mqtt://10.0.2.2:${broker.port}`), { trusted: [key.trusted] });
  const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
  const board = await bootVirt(t, card, { gpioSim: await gpioSim(projectFolder, () => {}), resets: true });
  await until(
    "the board is online",
    () => client.last("holdfast/greenhouse/status")?.state === "online",
    LIMIT_MS,
  );
  return { key, board, record: () => new SlotSectors(card.image).read()! };
}

spec(
  "a good release is written to the other slot, started, and confirmed once all is good again",
  async (t) => {
    const { key, board, record } = await updatable(t);
    const release = await slotRelease(t, key, { number: 1 });
    const startedS = board.seconds;
    const { text } = await push(board, release, ["--trial", "5s", "--settle", "15m"]);
    match(text, /0\.1\.0 is in slot b, read back/);
    await until("the release is confirmed", () => record().outcome !== "none", LIMIT_MS);
    const { active, trying, outcome, reason } = record();
    is(`${active} ${trying} ${outcome} ${reason}`, "b undefined confirmed ");
    process.stdout.write(`figures: update, confirmed after ${(board.seconds - startedS).toFixed(0)} s\n`);
    match(board.console, /holdfast: slot a\r?\n[\s\S]*holdfast: slot b trial\r?\n/);
    match(await board.run("cat /run/holdfast-slot"), /slot=b\n[\s\S]*trial=1\n/);
  },
  { limitMs: 3 * LIMIT_MS },
);
