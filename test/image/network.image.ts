/** A board on a network: found by its name, and with the time of its server. */
import { is } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { testCard } from "./card.ts";
import { lineBoard } from "./line-board.ts";
import { Neighbour } from "./neighbour.ts";
import { bootVirt } from "./virt.ts";

const LIMIT_MS = 300_000;
/** Years ahead of a board's clock, as that of a Pi is behind that lay in a drawer. openntpd 6.2 takes no time of 2030 or later. */
const TIME_S = Date.UTC(2029, 4, 5, 12) / 1000;

spec(
  "a board answers to its name by mDNS, and sets a clock that is years behind by NTP, at once",
  async (t) => {
    const neighbour = await Neighbour.start(t, { ip: "10.0.2.60", timeS: TIME_S });
    const card = await testCard(t, lineBoard(undefined), { ntp: ["10.0.2.60"] });
    const board = await bootVirt(t, card, { neighbour });
    await until("the board's name", () => ask(neighbour, "greenhouse.local"), LIMIT_MS);
    is(neighbour.addresses.get("greenhouse.local"), "10.0.2.15");
    process.stdout.write(`figures: answers to its name after ${board.seconds.toFixed(1)} s\n`);
    await until("a question for the time", () => neighbour.asked > 0, LIMIT_MS);
    await until("its time", async () => (await board.run("date -u +%Y-%m")).trim() === "2029-05", LIMIT_MS);
  },
  { limitMs: 3 * LIMIT_MS },
);

/** Asks until somebody has answered, a question a second: a message of mDNS may be lost. */
async function ask(neighbour: Neighbour, name: string): Promise<boolean> {
  neighbour.ask(name);
  await new Promise((done) => setTimeout(done, 1000));
  return neighbour.addresses.has(name);
}
