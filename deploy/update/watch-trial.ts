/**
 * A trial as whoever pushed sees it: one connection that follows (`holdfast update --follow`), and another one when it is over,
 * as a board that starts again takes it along. A login costs a small Pi a second of its processor: one for each question would be a
 * load on what is being tried.
 */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { KeptNotice } from "./notice.ts";
import type { PushEnd, PushPlan } from "./push.ts";
import { endOf, remoteCommand, startRemote } from "./remote.ts";
import type { SlotRecord } from "./slot-record.ts";
import { UpdateError } from "./update-error.ts";

const EVERY_MS = 2000;
const LIMIT_MS = 100 * 60_000;
/** Without a word for so long a connection is given up, ms: a follower says something every 15 s. */
const LOST_MS = 45_000;

type Verdict = Omit<PushEnd, "version">;

/** What a follower says. */
interface Told {
  readonly record: SlotRecord | null;
  readonly notice: KeptNotice | null;
}

/** Throws `UpdateError` `unreachable` when the board does not say in time what became of the release. */
export async function watchTrial(plan: PushPlan, release: string): Promise<Verdict> {
  const { place, sleep, nowMs, everyMs = EVERY_MS, limitMs = LIMIT_MS } = plan;
  const startMs = nowMs();
  const view = new View(plan);
  while (nowMs() - startMs < limitMs) {
    await sleep(everyMs);
    const verdict = await follow(plan, release, view);
    if (verdict !== undefined) return verdict;
  }
  throw new UpdateError(
    "unreachable",
    `${place.target} did not say within ${Math.round(limitMs / 60_000)} min what became of the release; ask it: holdfast update`,
  );
}

/** By one connection; undefined when that is over, or says nothing any more. */
async function follow(plan: PushPlan, release: string, view: View): Promise<Verdict | undefined> {
  const { place, nowMs, everyMs = EVERY_MS } = plan;
  const child = startRemote(place, remoteCommand(place.root, ["update", "--follow", "--json"]), "ignore");
  child.stdin!.on("error", () => {}); // its end says so
  let verdict: Verdict | undefined;
  let isOver = false;
  let news = () => {};
  void endOf(child, place)
    .catch(() => {}) // it starts again
    .then(() => {
      isOver = true;
      news();
    });
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const told = parsed(line);
    if (told === undefined) return; // what a login prints
    view.heard(told);
    verdict ??= verdictOn(release, told);
    if (verdict !== undefined) news();
  });
  const beganMs = nowMs();
  while (verdict === undefined && !isOver && nowMs() - Math.max(view.heardMs, beganMs) < LOST_MS) {
    const wait = new AbortController();
    await Promise.race([
      new Promise<void>((done) => {
        news = done;
      }),
      delay(everyMs, undefined, { signal: wait.signal }).catch(() => {}),
    ]);
    wait.abort();
    view.show();
  }
  child.stdin!.end();
  child.kill();
  view.lost();
  return verdict;
}

/** Says how it stands. */
class View {
  readonly #plan: PushPlan;
  #notice: KeptNotice | null = null;
  #heardMs: number;
  #isConnected = false;

  constructor(plan: PushPlan) {
    this.#plan = plan;
    this.#heardMs = plan.nowMs();
  }

  get heardMs(): number {
    return this.#heardMs;
  }

  heard({ notice }: Told): void {
    this.#notice = notice;
    this.#heardMs = this.#plan.nowMs();
    this.#isConnected = true;
    this.show();
  }

  lost(): void {
    this.#isConnected = false;
  }

  /** Silence of a follower that is there means that nothing has changed. */
  show(): void {
    const { state = "", reason = "" } = this.#notice ?? {};
    const silentMs = this.#plan.nowMs() - this.#heardMs;
    const silentS = this.#isConnected ? 0 : Math.max(1, Math.round(silentMs / 1000));
    this.#plan.say({ trial: { silentS, state, reason } });
  }
}

function verdictOn(release: string, { record }: Told): Verdict | undefined {
  if (record === null || record.outcomeOf !== release || record.trying !== undefined) return undefined;
  return record.outcome === "none" ? undefined : { how: record.outcome, reason: record.reason };
}

function parsed(line: string): Told | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const { record = null, notice = null } = JSON.parse(line) as Partial<Told>;
    return { record, notice };
  } catch {
    return undefined;
  }
}
