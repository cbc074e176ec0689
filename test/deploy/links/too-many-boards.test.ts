import { equal, is, match } from "uvu/assert";
import { SHOW_ALL } from "../../../deploy/links/link-rights.ts";
import { OPEN_SECRET } from "../../../deploy/links/link-secret.ts";
import { ProcessLinks } from "../../../deploy/links/process-links.ts";
import type { BoardGate } from "../../../runtime/cell/board-gate.ts";
import { spec } from "../../harness/spec.ts";

/** Links of a board that hears of others, without a cell or a broker. */
function links(boards?: readonly string[]) {
  const presented: string[] = [];
  const told: Readonly<Record<string, unknown>>[] = [];
  const gate = {
    open: (make: (own: object) => unknown) => void make({}),
    present: (board: string) => presented.push(board),
  };
  const found = new ProcessLinks({
    ...{ root: "holdfast", board: "us", uid: "00".repeat(16), life: 1, secret: OPEN_SECRET },
    ...(boards && { boards }),
    rights: SHOW_ALL,
    heartbeatMs: 2000,
    lostMs: 7000,
    gate: gate as unknown as BoardGate,
    nowUs: () => 0,
    wallMs: () => undefined,
    publish: () => {},
    tell: (event) => told.push(event),
  });
  const status = Buffer.from(JSON.stringify({ state: "online", life: 1 }));
  const hear = (board: string) => found.received(`holdfast/${board}/status`, status);
  return { found, presented, told, hear };
}

const CROWD = Array.from({ length: 70 }, (_, n) => `b${n}`);

spec("without names 64 boards are listened to; that there are more is told once, with what helps", () => {
  const { found, presented, told, hear } = links();
  for (const board of [...CROWD, ...CROWD]) hear(board);
  equal([...new Set(presented)], CROWD.slice(0, 64));
  is(found.facts().refused.unknown, 12);
  equal(
    told.map(({ kind, code, peer }) => [kind, code, peer]),
    [["problem", "too_many_boards", "b64"]],
  );
  match(String(told[0]!.cause), /more than 64 boards .* name those that this board talks with/);
});

spec("boards that are named are all listened to, and the others are no news", () => {
  const { found, presented, told, hear } = links(CROWD);
  for (const board of CROWD) hear(board);
  hear("stranger");
  equal(presented, CROWD);
  is(found.facts().refused.unknown, 1);
  equal(told, []);
});
