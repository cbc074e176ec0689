/** A release whose safe level of a line is the other one: what has to be allowed for it, and what is driven meanwhile. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { bootCommands, bootTable } from "./boot-table.ts";
import { level } from "./line-level.ts";
import { push, slotRelease } from "./push.ts";
import { withoutLight } from "./spoilt.ts";
import { comes, LIMIT_MS, toldUpdate, updatable } from "./updatable.ts";
import { wentBack } from "./went-back.ts";

const PATIENT = ["--trial", "5s", "--settle", "15m"];

/** Of what every program makes of an output's part of the configuration, also the guardian and who tells the levels. */
const DEFAULT = /(\bline(?::\s*(\w+))?,\s*activeLow\s*=\s*)false(,\s*safe\b)/g;

/** The light's line is active low unless the configuration says otherwise. */
function otherDefault(application: string): void {
  const program = join(application, "program");
  const changed = (readdirSync(program, { recursive: true }) as string[]).filter((name) => {
    if (!/\.c?js$/.test(name)) return false;
    const text = readFileSync(join(program, name), "utf8");
    const other = text.replace(
      DEFAULT,
      (_, head, line = "line", tail) => `${head}${line} === "GPIO24"${tail}`,
    );
    writeFileSync(join(program, name), other);
    return other !== text;
  });
  ok(changed.includes("deploy/board/guardian-main.js"), `${changed}`);
  ok(changed.includes("deploy/board/runtime-main.js"), `${changed}`);
  ok(
    changed.some((name) => name.startsWith("deploy/cli/")),
    `${changed}`,
  );
}

spec(
  "a release that flips a safe level is taken only when that is allowed; the line is left to its resistor until it is confirmed",
  async (t) => {
    const at = await updatable(t);
    const { board, card, client, record } = at;
    const release = await slotRelease(t, at.key, card, { spoil: otherDefault });
    const settled = bootCommands(card);
    match(settled, /gpio=24=op,dl/);
    is(await level(board, 24), 0);

    const refused = await push(board, release, PATIENT);
    is(refused.code, 3, refused.text);
    match(refused.text, /safe level of GPIO24 from low to high changes: .*--flip-safe/);
    await comes(board, "the broker is told", () => /GPIO24/.test(toldUpdate(client)?.reason ?? ""));
    is(`${record().active} ${record().trying} ${record().outcome}`, "a undefined none");
    equal(bootCommands(card), settled);
    is(/holdfast: slot b/.test(board.console), false, "it never left its slot");

    const { text } = await push(board, release, [...PATIENT, "--flip-safe"]);
    match(text, /restarts into slot b/);
    await comes(board, "the release is started", () => /holdfast: slot b trial\r?\n/.test(board.console));
    equal(bootCommands(card), settled.replace(/ ?gpio=24=op,dl/, ""), "what both releases want");
    match(bootTable(card), /a release is on trial/);
    await comes(board, "the release is confirmed", () => record().outcome !== "none");
    is(`${record().active} ${record().outcome} ${record().reason}`, "b confirmed ");
    await comes(
      board,
      "the levels are the new release's",
      () => bootCommands(card) === settled.replace("gpio=24=op,dl", "gpio=24=op,dh"),
    );
    await comes(board, "the light is read back", () => {
      const light = client.last("holdfast/greenhouse/led/on");
      return light?.quality === "good" && light.value === false;
    });
    is(await level(board, 24), 1, "safe is the high level");
  },
  { limitMs: 4 * LIMIT_MS },
);

spec(
  "levels from power-up on are the old release's again when one that flips a safe level is gone back from",
  async (t) => {
    const at = await updatable(t);
    const { board, card, client } = at;
    const settled = bootCommands(card);
    const spoil = (application: string) => {
      otherDefault(application);
      withoutLight(application);
    };
    const release = await slotRelease(t, at.key, card, { spoil });
    match(await wentBack(at, release, "reverted", "--flip-safe"), /^led: /);
    await comes(
      board,
      "the levels are the old release's",
      () => bootCommands(card) === settled && !/on trial/.test(bootTable(card)),
    );
    await comes(
      board,
      "the light is read back",
      () => client.last("holdfast/greenhouse/led/on")?.value === false,
    );
    is(await level(board, 24), 0, "safe is the low level");
  },
  { limitMs: 4 * LIMIT_MS },
);
