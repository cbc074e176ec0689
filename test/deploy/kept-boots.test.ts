import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is } from "uvu/assert";
import { ThisBoot } from "../../deploy/board/this-boot.ts";
import { fixtureFiles } from "../firmware/board/fixture-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

interface Machine {
  readonly id: string;
  /** Boot status of the watchdog; absent where there is none. */
  readonly bootstatus?: string;
  /** PM_RSTS as the bootloader found it. */
  readonly pmRsts?: number;
}

function state(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-boots-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return folder;
}

function machine({ id, bootstatus, pmRsts }: Machine) {
  return fixtureFiles({
    proc: {
      sys: { kernel: { random: { boot_id: `${id}\n` } } },
      "device-tree": { chosen: { bootloader: pmRsts === undefined ? {} : { pm_rsts: [pmRsts] } } },
    },
    sys: { class: { watchdog: bootstatus === undefined ? {} : { watchdog0: { bootstatus } } } },
  });
}

const boot = (folder: string, of: Machine) => new ThisBoot(folder, "greenhouse", machine(of));
const fail = (why: string) => {
  throw new Error(why);
};

spec("the next boot knows why it came: the watchdog's word, kept with the history", async (t) => {
  const folder = state(t);
  await boot(folder, { id: "a", bootstatus: "0\n" }).begin(fail);
  const second = boot(folder, { id: "b", bootstatus: "32\n" });
  await second.begin(fail);
  const { cause, watchdogBoots, bootId } = await second.notice();
  equal({ cause, watchdogBoots, bootId }, { cause: "watchdog", watchdogBoots: 1, bootId: "b" });
  equal(readdirSync(join(folder, "greenhouse")), ["boots.json"], "nothing is left aside");
});

spec(
  "a Pi, whose watchdog remembers nothing, tells a reset by its register and the missing end",
  async (t) => {
    const folder = state(t);
    const first = boot(folder, { id: "a", bootstatus: "0\n", pmRsts: 0x1000 });
    await first.begin(fail);
    const reset = boot(folder, { id: "b", bootstatus: "0\n", pmRsts: 0x20 });
    await reset.begin(fail);
    is((await reset.notice()).cause, "watchdog");
    await reset.end(fail);
    const restarted = boot(folder, { id: "c", bootstatus: "0\n", pmRsts: 0x20 });
    await restarted.begin(fail);
    is((await restarted.notice()).cause, "restart");
    const powered = boot(folder, { id: "d", bootstatus: "0\n", pmRsts: 0x1000 });
    await powered.begin(fail);
    is((await powered.notice()).cause, "powerOn");
  },
);

spec("a damaged history counts as none, and is replaced", async (t) => {
  const folder = state(t);
  mkdirSync(join(folder, "greenhouse"));
  writeFileSync(join(folder, "greenhouse", "boots.json"), '[{"bootId":');
  const first = boot(folder, { id: "a" });
  await first.begin(fail);
  is((await first.notice()).cause, "first");
});

spec("storage that takes nothing is said, and allows no reset", async (t) => {
  const folder = state(t);
  writeFileSync(join(folder, "greenhouse"), "a file in the place of the folder");
  const said: string[] = [];
  const first = boot(folder, { id: "a", bootstatus: "0\n" });
  await first.begin((why) => said.push(why));
  is(said.length, 1);
  is((await first.notice()).mayReset, false);
});
