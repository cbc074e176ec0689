import type { Page } from "playwright-core";
import { is } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { closeBrowser, openPage, picture } from "./browser.ts";
import { watering } from "./watering.ts";

const PHONE = { width: 360, height: 800 };
/** How long something has lasted, as the page writes it. */
const SPAN = String.raw`(\d+ min )?\d+ s`;

async function stickOut(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
}

spec(
  "the page draws both boards, the link between them, and the pump that is commanded over it; a cut is seen",
  async (t) => {
    const { greenhouse, pumpHouse, gate } = await watering(t);
    const page = await openPage(greenhouse, t);
    await page.goto(`${greenhouse.pageUrl}#greenhouse`);
    const link = page.getByTestId("link-pump-house");
    await page.locator('[data-testid="link-pump-house"][data-state="up"]').waitFor();
    const words = page.getByTestId("link-words-pump-house");
    await words
      .filter({ hasText: new RegExp(String.raw`^linked for ${SPAN}(, \d+(\.\d)? ms there and back)?$`) })
      .waitFor();
    const flow = page.locator('[data-testid="flow-irrigation-pump"][data-on]');
    await flow
      .filter({ hasText: /^irrigationpumppump is on, and safe by itself 0:05 after the last command$/ })
      .waitFor();
    is(await link.locator(".arrow:not(.back)").count(), 1);
    await picture(page, "two-boards");
    const phone = await openPage(greenhouse, t, PHONE);
    await phone.goto(`${greenhouse.pageUrl}#greenhouse`);
    await phone.getByTestId("flow-irrigation-pump").waitFor();
    is(await stickOut(phone), 0, "nothing sticks out");
    await picture(phone, "two-boards-phone");

    // The other board is a click away, and sees the same from its side.
    await page.getByTestId("link-to-pump-house").click();
    await page.getByTestId("board-pump-house").waitFor();
    await page.locator('[data-testid="link-greenhouse"][data-state="up"]').waitFor();
    await page.locator('[data-testid="flow-irrigation-pump"] .arrow.back').waitFor();
    await page
      .getByTestId("owner-pump")
      .filter({ hasText: /^irrigation@greenhouse drives this output/ })
      .waitFor();
    await picture(page, "pump-house");
    await page.getByTestId("link-to-greenhouse").click();

    gate.cut();
    await page.locator('[data-testid="link-pump-house"][data-state="down"]').waitFor();
    await words.filter({ hasText: new RegExp(`^link down for ${SPAN}: (silent|offline)$`) }).waitFor();
    await page.getByTestId("cause-irrigation").filter({ hasText: "pump-house is out of reach" }).waitFor();
    const flowNow = page.getByTestId("flow-irrigation-pump");
    await flowNow
      .filter({ hasText: /pump is out of reach, and safe by itself 0:05 after|nobody can see now/ })
      .waitFor();
    is(await stickOut(page), 0);
    await picture(page, "two-boards-cut");
    await picture(phone, "two-boards-cut-phone");
    gate.heal();
    await page.locator('[data-testid="link-pump-house"][data-state="up"]').waitFor();
    await pumpHouse.stop();
    await greenhouse.stop();
  },
  { limitMs: 120_000 },
);

spec("the browser ends with the tests", closeBrowser, { always: true });
