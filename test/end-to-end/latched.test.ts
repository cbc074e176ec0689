import { equal, is } from "uvu/assert";
import { patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { closeBrowser, openPage, picture } from "./browser.ts";
import { DEVICES, LINE } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";

spec(
  "an output that maxOn has latched off says so on its card, over the runtime's death, until somebody clears it there",
  async (t) => {
    const config = manualBoard(
      ["devices.pump.maxOn", "1s"],
      ["devices.pump.commandFor", "1s"],
      ["devices.pump.maxOnLatch", { count: 1, window: "1h" }],
      ...patient([...DEVICES, "hold"], []),
    );
    const board = await startBoard(t, { config });
    const latched = () => board.last("pump/state")?.latched;
    is(latched(), false);
    equal("latched" in board.last("heater/state")!, false, "one that cannot be says nothing of it");
    await board.command("pump", { on: true, for: "1m" });
    await until("it is told", () => latched() === true);
    const { runtimePid } = board;
    process.kill(runtimePid, "SIGKILL");
    await until("another runtime", () => board.runtimePid !== runtimePid, 10_000);
    // The broker went with it: whatever is heard from here on is of the next life.
    const mark = board.mark;
    await board.inService();
    await board.waitForSaid(
      "pump/state",
      "its guardian remembers",
      mark,
      ({ latched }) => latched === true,
      10_000,
    );

    const page = await openPage(board, t);
    const fault = page.getByTestId("fault-pump");
    await fault.waitFor();
    is(await page.getByTestId("fault-heater").count(), 0);
    await picture(page, "latched");
    const phone = await openPage(board, t, { width: 360, height: 800 });
    await phone.getByTestId("fault-pump").waitFor();
    is(await phone.evaluate<number>("document.documentElement.scrollWidth"), 360, "nothing sticks out");
    await picture(phone, "latched-phone");
    await page.getByTestId("clear-pump").click();
    await fault.waitFor({ state: "detached" });
    await page.getByTestId("pending-pump").waitFor({ state: "detached" });
    await board.waitForLast("pump/state", "it is cleared", ({ latched }) => latched === false);
    const records = board.witness.mark;
    await board.command("pump", { on: true, for: "500ms" });
    await board.witness.waitFor(LINE.pump, 0, records);
  },
  { limitMs: 120_000 },
);

spec("the browser ends with the test", closeBrowser, { always: true });
