/** A board of lines from a card, on an emulated machine whose header is the kernel's GPIO simulator: the real service, real lines. */
import { is, match } from "uvu/assert";
import { closeBrowser, newPage, picture } from "../end-to-end/browser.ts";
import { freePort } from "../harness/free-port.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { projectFolder } from "../harness/source-files.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { testCard } from "./card.ts";
import { LOGS } from "./card-logs.ts";
import { gpioSim } from "./gpio-sim.ts";
import { lineBoard } from "./line-board.ts";
import { level } from "./line-level.ts";
import { patientBroker } from "./patient-broker.ts";
import { bootVirt } from "./virt.ts";

const LIMIT_MS = 300_000;

spec(
  "a command that comes by MQTT switches a line, and so does the page that the board serves; the guardian that is killed is started again and makes it safe",
  async (t) => {
    const broker = await patientBroker(t);
    // Of the page, in the machine and outside of it: by another one it would not answer.
    const port = await freePort();
    const environment = { HOLDFAST_HTTP_PORT: String(port) };
    const card = await testCard(t, lineBoard(broker.fromGuest), { environment });
    const board = await bootVirt(t, card, {
      gpioSim: await gpioSim(projectFolder, (what) => process.stderr.write(`holdfast: ${what} ...\n`)),
    });
    const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
    await until(
      "the board is online",
      () => client.last("holdfast/greenhouse/status")?.state === "online",
      LIMIT_MS,
    );
    process.stdout.write(`figures: online after ${board.seconds.toFixed(1)} s\n`);
    is(await level(board, 24), 0);
    is(await level(board, 6), 1, "active low: off is high");

    await client.send("holdfast/greenhouse/led/set", { on: true });
    await until("the line is high", async () => (await level(board, 24)) === 1, LIMIT_MS);
    await until("it is told", () => client.last("holdfast/greenhouse/led/on")?.value === true, LIMIT_MS);

    await board.tunnel(t, port, port);
    const page = await newPage(t);
    page.setDefaultTimeout(LIMIT_MS);
    await until("the page", () => page.goto(`http://127.0.0.1:${port}/`).catch(() => false), LIMIT_MS);
    await page.locator('[data-testid="connection"][data-phase="online"]').waitFor();
    // The page is told within the 5 s of a sample, the line is read at once: a switch that still shows what was would order it again.
    const shows = (on: boolean) => page.locator(`[data-testid="switch-led-on"][aria-checked="${on}"]`);
    await shows(true).click();
    await until("the line is low", async () => (await level(board, 24)) === 0, LIMIT_MS);
    await shows(false).click();
    await until("the line is high again", async () => (await level(board, 24)) === 1, LIMIT_MS);
    await shows(true).waitFor();
    await picture(page, "card");

    const first = (await board.run("cat /run/board.pid")).trim();
    await board.run(`kill -KILL ${first}`);
    await until("the line is low", async () => (await level(board, 24)) === 0, LIMIT_MS);
    await until(
      "another guardian",
      async () => (await board.run("cat /run/board.pid")).trim() !== first,
      LIMIT_MS,
    );
    match(await board.run(`cat ${LOGS}`), /the board ended with 137/);

    await board.run("poweroff");
    await board.off(120);
    is(/Kernel panic|BUG:|Oops/.test(board.console), false, board.console);
  },
  { limitMs: 3 * LIMIT_MS },
);

spec("the browser ends", closeBrowser, { always: true });
