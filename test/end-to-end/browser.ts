/** Chromium for tests of pages: one browser for all pages of a test file. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { equal } from "uvu/assert";
import { PATIENCE } from "../harness/patience.ts";
import type { SpecContext } from "../harness/spec.ts";
import type { Board } from "./board.ts";

const executablePath = "/usr/bin/chromium";
/** With this variable the pages are kept as pictures in the system's folder for temporary files. */
const screenshots = process.env.HOLDFAST_SCREENSHOTS !== undefined;

let browser: Promise<Browser> | undefined;

/** A page with nothing stored, closed when the test ends. All pages share one browser. */
export async function newPage(t: SpecContext, viewport = { width: 1280, height: 900 }): Promise<Page> {
  if (!existsSync(executablePath)) t.skip("chromium is not installed");
  const args =
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
  browser ??= chromium.launch({ executablePath, args: args.split(" "), timeout: 30_000 * PATIENCE });
  const context = await (await browser).newContext({ viewport });
  t.defer(() => context.close());
  context.setDefaultTimeout(10_000 * PATIENCE);
  return context.newPage();
}

/** The board's page, connected; an error in it fails the test. */
export async function openPage(
  board: Board,
  t: SpecContext,
  viewport?: { width: number; height: number },
): Promise<Page> {
  const page = await newPage(t, viewport);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // A page that is still there when its board ends tries to reach it again.
    if (message.type() === "error" && !board.isInterrupted) errors.push(message.text());
  });
  t.defer(() => equal(errors, [], "errors in the page"));
  await page.goto(board.pageUrl);
  await page.locator('[data-testid="connection"][data-phase="online"]').waitFor();
  return page;
}

/** Kept where `HOLDFAST_SCREENSHOTS` is set. */
export async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(tmpdir(), `holdfast-${name}.png`), fullPage: true });
}

/** Last of all in a file. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}
