/** Contacts and counted pulses on a board as a user starts it: MQTT, page, a storm of edges. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { equal, is, ok } from "uvu/assert";
import { demoWith, PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { PATIENCE } from "../harness/patience.ts";
import { spec } from "../harness/spec.ts";
import { watchStalls } from "../harness/stalls.ts";
import { quietFor } from "../harness/until.ts";
import { type Board, sharedBoard } from "./board.ts";
import { CONTROLLERS, DEVICES } from "./greenhouse.ts";
import { nobodyElse, others, quietControl } from "./others.ts";

const executablePath = "/usr/bin/chromium";
const config = demoWith(
  ...patient(DEVICES, CONTROLLERS),
  [
    "devices.door",
    {
      driver: "contact",
      line: "GPIO5",
      bias: "pull-up",
      activeLow: true,
      every: "500ms",
      hardDeadline: "60s",
      // It is believed for as long after it moved: whoever is held up still sees that.
      expectChange: "6s",
    },
  ],
  [
    "devices.flow",
    {
      driver: "pulse-counter",
      line: "GPIO16",
      bias: "pull-down",
      every: "500ms",
      hardDeadline: "60s",
      settings: { pulsesPerUnit: 450, unit: "L", per: "min", zeroAfter: "2s" },
    },
  ],
);
const { spec: onBoard, end } = sharedBoard(spec, { config, env: PATIENT_ANSWERS });

onBoard("a flow is counted and told in litres a minute", async (board) => {
  await board.world("flow", { frequencyHz: 37.5 });
  const near = ({ value, unit, quality }: Record<string, unknown>) =>
    Math.abs(Number(value) - 5) < 0.05 && unit === "L/min" && quality === "good";
  await board.waitForLast("flow/rate", "5 L/min", near);
  const first = await board.waitForLast("flow/count", "counted", ({ value }) => Number(value) > 0);
  const isLater = ({ value }: Record<string, unknown>) => Number(value) >= Number(first.value) + 225;
  const later = await board.waitForLast("flow/count", "225 more", isLater, 20_000);
  // Between the two samples, however late they were told; a world that was held up makes its pulses afterwards.
  const s = (Date.parse(String(later.at)) - Date.parse(String(first.at))) / 1000;
  const more = Number(later.value) - Number(first.value);
  ok(more <= 37.5 * (s + 3.5), `${more} pulses in ${s} s`);
  await board.world("flow", { frequencyHz: 0 });
  await board.waitForLast("flow/rate", "nothing flows", ({ value }) => value === 0);
});

onBoard("a door that does not move is told as stuck, and no more once it moves", async (board) => {
  await board.waitForLast(
    "door/state",
    "stuck",
    ({ stuck }) => stuck !== null && stuck !== undefined,
    12_000,
  );
  await board.waitForLast("door/closed", "suspect", ({ quality }) => quality === "suspect");
  const mark = board.mark;
  await board.world("door", { closed: true });
  const moved = await board.waitForEvent("inputMoved", "door", mark);
  is(moved.line, "GPIO5");
  await board.waitForSaid(
    "door/closed",
    "closed and believed",
    mark,
    ({ value, quality }) => value === true && quality === "good",
  );
  await board.waitForSaid("door/state", "not stuck", mark, ({ stuck }) => stuck === null);
});

onBoard(
  "a storm of edges is named with its device, and nobody else is disturbed",
  async (board, t) => {
    const stalls = watchStalls(t);
    const control = await quietControl(board, stalls, 4000);
    const mark = board.mark;
    const seen = await others(board, stalls, ["flow"], async () => {
      await board.world("flow", { frequencyHz: 100_000 });
      const storm = await board.waitForEvent("edgeStorm", "flow", mark);
      equal([storm.line, storm.maskedMs], ["GPIO16", 1000]);
      ok(Number(storm.count) > 10_000, `${storm.count} edges`);
      ok(Number(storm.rateHz) > 10_000 && Number(storm.rateHz) < 210_000, `${storm.rateHz} a second`);
      await board.waitForLast("flow/count", "suspect", ({ quality }) => quality === "suspect");
      await quietFor(2000);
    });
    nobodyElse("storm", seen, control);
    await board.world("flow", { frequencyHz: 10 });
    await board.waitForEvent("edgeStormOver", "flow", mark, 20_000);
    await board.waitForLast("flow/count", "good", ({ quality }) => quality === "good");
  },
  60_000,
);

onBoard(
  "the page shows counts, rates and contacts, and their world",
  async (board, t) => {
    if (!existsSync(executablePath)) t.skip(`no ${executablePath}`);
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox"],
      timeout: 30_000 * PATIENCE,
    });
    t.defer(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.setDefaultTimeout(10_000 * PATIENCE);
    await page.goto(board.pageUrl);
    await page.getByTestId("world-toggle-door").click();
    const contact = page.getByTestId("world-door-closed");
    const closed = page.getByTestId("value-door-closed");
    await closed.filter({ hasText: /yes|no/ }).waitFor();
    const was = (await closed.textContent()) === "yes";
    await contact.click();
    await closed.filter({ hasText: was ? "no" : "yes" }).waitFor();
    await board.world("flow", { frequencyHz: 37.5 });
    await page
      .getByTestId("value-flow-rate")
      .filter({ hasText: /^(5|4\.9|5\.0)/ })
      .waitFor();
    await page.getByTestId("world-toggle-flow").click();
    await page.getByTestId("world-flow-frequencyHz").waitFor();
    await page.getByTestId("stuck-door").waitFor();
    await shown(board, page);
  },
  60_000,
);

end();

/** With the variable the page is kept as a picture. */
async function shown(_: Board, page: { screenshot(options: object): Promise<unknown> }): Promise<void> {
  if (process.env.HOLDFAST_SCREENSHOTS === undefined) return;
  await page.screenshot({ path: join(tmpdir(), "holdfast-inputs.png"), fullPage: true });
}
