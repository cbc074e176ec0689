/** A board that its watchdog has reset again and again: it tells so, and switches nothing on. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import type { BootRecord } from "../../deploy/board/boot-history.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { Board } from "./board.ts";
import { LINE } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";

spec(
  "after three resets within an hour outputs stay safe, and telemetry says why",
  async (t) => {
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const boots = ["one", "two", bootId].map(
      (id): BootRecord => ({ bootId: id, cause: "watchdog", livedMin: 2, ended: false }),
    );
    const state = mkdtempSync(join(tmpdir(), "holdfast-kept-safe-"));
    t.defer(() => rmSync(state, { recursive: true }));
    mkdirSync(join(state, "greenhouse"));
    const file = join(state, "greenhouse", "boots.json");
    writeFileSync(file, JSON.stringify(boots));
    const board = await Board.launch({ config: manualBoard(), stateFolder: state });
    t.defer(() => board.discard());
    await board.joinWorld();
    await until("somebody answers", async () => "board" in (await board.health()), 20_000);
    await board.joinMqtt();
    const { boot, alarm } = board.last("status")!;
    equal(boot, { cause: "watchdog", watchdogBoots: 3 });
    ok(String(alarm).startsWith("the watchdog has reset this board 3 times within an hour"), String(alarm));
    const heater = await board.waitForLast("heater/state", "off", ({ mode }) => mode === "off");
    is(heater.cause, alarm);
    await board.command("heater", { on: true, for: "5m" });
    const refusal = await board.waitForError("heater", 0);
    ok(refusal.reason.length > 0);
    is(await board.witness.level(LINE.heater), 0);
    is(board.witness.records.filter(({ line, level }) => line === LINE.heater && level === 1).length, 0);
    await board.stop();
    is((JSON.parse(readFileSync(file, "utf8")) as BootRecord[]).at(-1)!.ended, true, "ended in order");
  },
  { limitMs: 60_000 },
);
