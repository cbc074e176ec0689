import { createServer, request } from "node:http";
import type { Page } from "playwright-core";
import { equal, is, ok } from "uvu/assert";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { type Board, sharedBoard } from "./board.ts";
import { closeBrowser, newPage, openPage, picture } from "./browser.ts";
import { CONTROLLERS, DEVICES, LINE, READINGS } from "./greenhouse.ts";

/** Nothing but the light hangs. */
const PATIENT = patient(
  DEVICES.filter((id) => id !== "light"),
  CONTROLLERS,
);
const { spec: onBoard, end } = sharedBoard(spec, { config: demoWith(...PATIENT) });

onBoard(
  "the page shows every device, and its values change",
  async (board, t) => {
    const page = await openPage(board, t);
    for (const id of [...DEVICES, ...CONTROLLERS]) await page.getByTestId(`card-${id}`).waitFor();
    for (const reading of Object.keys(READINGS)) {
      const id = `reading-${reading.replace("/", "-")}`;
      await page.locator(`[data-testid="${id}"][data-quality="good"]`).waitFor();
    }
    const before = await value(page, "climate-temperature");
    await board.world("climate", { temperatureC: 31 });
    const now = page.getByTestId("value-climate-temperature").filter({ hasText: /^3[01]/ });
    await now.waitFor();
    ok(before !== (await now.textContent()));
    is(await page.getByTestId("connection").getAttribute("data-phase"), "online");
    await picture(page, "values");
    await picture(await openPage(board, t, { width: 390, height: 844 }), "phone");
  },
  40_000,
);

onBoard(
  "every card draws the lateness of the last minute, says it in words, and opens into a table",
  async (board, t) => {
    const page = await openPage(board, t, { width: 360, height: 800 });
    for (const id of [...DEVICES, ...CONTROLLERS]) {
      const drawing = page.locator(
        `[data-testid="lateness-${id}"][aria-label*=" in the last minute: half at most "]`,
      );
      await drawing.waitFor();
      await drawing.locator("rect").first().waitFor({ state: "attached" });
    }
    const timing = page.getByTestId("timing-thermostat");
    await timing.locator("summary").click();
    for (const row of ["begins late", "runs for", "done after"])
      await timing.getByRole("row").filter({ hasText: row }).waitFor();
    const scrollWidth = await page.evaluate<number>("document.documentElement.scrollWidth");
    is(scrollWidth, 360, "nothing sticks out");
    await picture(page, "timing");
  },
  40_000,
);

onBoard(
  "its switch switches the line, its press presses the button",
  async (board, t) => {
    const page = await openPage(board, t);
    const { witness } = board;
    const mark = witness.mark;
    const led = page.getByTestId("switch-led-on");
    await led.click();
    await witness.waitFor(LINE.led, 1, mark);
    await page.locator('[data-testid="switch-led-on"][aria-checked="true"]').waitFor();
    await page.getByTestId("value-led-on").filter({ hasText: "on" }).waitFor();
    await led.click();
    await witness.waitFor(LINE.led, 0, mark);
    await page.locator('[data-testid="switch-led-on"][aria-checked="false"]').waitFor();

    await page.getByTestId("world-toggle-button").click();
    const heard = board.mark;
    const press = page.getByTestId("press-button");
    await press.hover();
    await page.mouse.down();
    await board.waitForLast("button/pressed", "pressed", ({ value }) => value === true);
    await page.mouse.up();
    await board.waitForLast("button/pressed", "let go", ({ value }) => value === false);
    equal(board.errors("button", heard), []);
  },
  40_000,
);

onBoard(
  "a device is kept at a mode for a while and let go, and the page shows what is left",
  async (board, t) => {
    const page = await openPage(board, t);
    await page.getByTestId("order-toggle-light").click();
    await page.getByTestId("order-mode-light").selectOption("reduced");
    await page.getByTestId("for-order-light").selectOption("10m");
    await page.getByTestId("order-hold-light").click();
    await page.locator('[data-testid="card-light"][data-mode="reduced"]').waitFor();
    const standing = page.getByTestId("standing-light");
    await standing.filter({ hasText: /at reduced or below for (10:00|9:\d\d)/ }).waitFor();
    await page
      .getByTestId("cause-light")
      .filter({ hasText: /an operator asked for reduced for 10m/ })
      .waitFor();
    await picture(page, "order");
    await page.getByTestId("order-auto-light").click();
    await standing.filter({ hasText: /may go up in/ }).waitFor();
    await page.getByTestId("order-up-light").click();
    await page.locator('[data-testid="card-light"][data-mode="full"]').waitFor();
    await standing.waitFor({ state: "detached" });
  },
  40_000,
);

onBoard(
  "a hang that is asked for on the page is shown with its recovery",
  async (board, t) => {
    const page = await openPage(board, t);
    const told = (await page.getByTestId("restarts-light").textContent()) ?? "";
    const restarts = /^no restart/.test(told) ? 0 : Number.parseInt(told, 10);
    await page.getByTestId("world-toggle-light").click();
    await page.getByTestId("fault-light-hang").click();
    await page
      .getByTestId("restarts-light")
      .filter({ hasText: new RegExp(`^${restarts + 1} restart`) })
      .waitFor();
    await page
      .locator('[data-testid="event"][data-kind="restart"]')
      .filter({ hasText: "light" })
      .first()
      .waitFor();
    await page
      .locator('[data-testid="event"][data-kind="hung"]')
      .filter({ hasText: "light" })
      .first()
      .waitFor();
    await page.locator('[data-testid="card-light"][data-mode="full"]').waitFor();
    await page.locator('[data-testid="reading-light-illuminance"][data-quality="good"]').waitFor();
    await picture(page, "after-a-hang");
  },
  40_000,
);

onBoard(
  "an unplugged chip is shown as bad with its cause",
  async (board, t) => {
    const page = await openPage(board, t);
    await page.getByTestId("world-toggle-soil").click();
    await page.getByTestId("fault-soil-unplugged").click();
    await page.locator('[data-testid="reading-soil-moisture"][data-quality="bad"]').waitFor();
    await page.getByTestId("cause-soil").waitFor();
    await picture(page, "unplugged");
    await page.getByTestId("fault-soil-none").click();
    await page.locator('[data-testid="reading-soil-moisture"][data-quality="good"]').waitFor();
  },
  40_000,
);

onBoard(
  "a page of another origin can neither read the board nor command it",
  async (board, t) => {
    const { witness } = board;
    const strange = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<p>hello"),
    );
    await new Promise<void>((done) => strange.listen(0, "127.0.0.1", done));
    t.defer(() => strange.close());
    const { port } = strange.address() as { port: number };
    const page = await newPage(t);
    const mark = witness.mark;
    for (const host of ["127.0.0.1", "localhost"]) {
      await page.goto(`http://${host}:${port}/`);
      const origin = `${host}:${board.httpPort}`;
      const found = await page.evaluate(tryEverything, origin);
      equal(found, { fetch: "refused", opaque: "refused", socket: "refused", plainSocket: "refused" }, host);
    }
    equal(witness.since(mark, LINE.led), [], "nothing moved");
    is(board.events("refused", "led").length, 0, "no command came as far as the board");
    // The same words from the board's own page do reach it: the attempt was a real one.
    const own = await newPage(t);
    await own.goto(board.pageUrl);
    const reached = await own.evaluate(tryEverything, `127.0.0.1:${board.httpPort}`);
    equal(reached, { fetch: "read", opaque: "sent", socket: "open", plainSocket: "refused" });
    await witness.waitFor(LINE.led, 1, mark);
    // DNS rebinding: the browser believes that the board is the stranger's host, and the Host header tells.
    is(await statusOf(board, { host: `garden.example:${board.httpPort}` }), 403);
    is(await statusOf(board, { origin: "http://garden.example" }), 403);
    is(await statusOf(board, {}), 200);
  },
  40_000,
);

end();

spec("the browser ends with the tests", closeBrowser, { always: true });

/** In the foreign page: reads, sends, and speaks MQTT to the board. */
async function tryEverything(board: string) {
  const refusedOr = (work: Promise<unknown>, otherwise: string) =>
    work.then(
      () => otherwise,
      () => "refused",
    );
  const open = (protocols: string[]) =>
    new Promise((done, fail) => {
      const socket = new WebSocket(`ws://${board}/mqtt`, protocols);
      socket.onopen = () => {
        // CONNECT "x", then PUBLISH holdfast/greenhouse/led/set {"on":true}
        socket.send(Uint8Array.from([16, 13, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 1, 120]));
        const text = new TextEncoder();
        const topic = text.encode("holdfast/greenhouse/led/set");
        const payload = text.encode('{"on":true}');
        socket.send(
          Uint8Array.from([48, 2 + topic.length + payload.length, 0, topic.length, ...topic, ...payload]),
        );
        setTimeout(done, 500);
      };
      socket.onerror = fail;
    });
  return {
    fetch: await refusedOr(fetch(`http://${board}/health`), "read"),
    // Sent blindly, without a look at the answer.
    opaque: await refusedOr(
      fetch(`http://${board}/mqtt`, { method: "POST", mode: "no-cors", body: '{"on":true}' }),
      "sent",
    ),
    socket: await refusedOr(open(["mqtt"]), "open"),
    plainSocket: await refusedOr(open([]), "open"),
  };
}

function statusOf({ httpPort }: Board, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((done, fail) => {
    request({ host: "127.0.0.1", port: httpPort, path: "/health", headers }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    })
      .on("error", fail)
      .end();
  });
}

async function value(page: Page, id: string): Promise<string> {
  const text = await page.getByTestId(`value-${id}`).textContent();
  ok(text, id);
  return text;
}
