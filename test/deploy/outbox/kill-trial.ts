/**
 * One death of the outbox's process: records are put at a rate, some are confirmed, and at a random moment it is killed
 * with SIGKILL. The next one on the same store is asked for all it has, and what was promised is compared with that.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { OutboxLimits } from "../../../deploy/outbox/outbox-contract.ts";
import type { FromOutbox, ToOutbox } from "../../../deploy/outbox/outbox-messages.ts";
import { FIRST_KEY, parseKey } from "../../../deploy/outbox/record.ts";
import { PROGRAM } from "./a-program.ts";

export const TRIAL_LIMITS: OutboxLimits = {
  sizeBytes: 64_000_000,
  ageMs: 86_400_000,
  syncEveryMs: 20,
  syncRecords: 40,
};

export interface KillTrial {
  /** Put when it was killed. */
  readonly put: number;
  /** Of these it had said that they are on stable storage. */
  readonly stored: number;
  /** Of these the receiver had confirmed. */
  readonly confirmed: number;
  /** Stored, not confirmed, and not there afterwards. */
  readonly lost: readonly number[];
  /** There afterwards in another order, or twice. */
  readonly disordered: number;
}

/**
 * `seed` 0..1 decides when: not before some hundred times it are stored, whatever the machine gives the process. The store is emptied
 * before and after.
 */
export async function killTrial(folder: string, seed: number): Promise<KillTrial> {
  const first = new Talk(folder);
  await first.readAll(() => true);
  let [put, confirmed] = [0, 0];
  const body = () => JSON.stringify({ n: ++put, filler: "reading ".repeat(put % 40) });
  const killAtMs = performance.now() + 20 + seed * 400;
  while (performance.now() < killAtMs || first.stored < 300 * seed) {
    first.say({ type: "put", records: Array.from({ length: 15 }, () => ({ at: null, body: body() })) });
    await new Promise((done) => setTimeout(done, 3));
    // Behind by some hundred, as if the broker were slow: most of it has to be stored.
    if (put % 100 < 15 && put > 400 && first.firstKey !== undefined) {
      confirmed = put - 400;
      const { run } = parseKey(first.firstKey);
      first.say({ type: "confirm", id: first.id, key: keyOf(run, confirmed) });
    }
    if (first.firstKey === undefined) first.say({ type: "read", id: "", after: FIRST_KEY, count: 1 });
  }
  await first.kill();
  const stored = first.stored;

  const second = new Talk(folder);
  const found = (await second.readAll(() => true)).map((text) => JSON.parse(text).n as number);
  await second.end();
  const there = new Set(found);
  const lost = Array.from({ length: stored }, (_, index) => index + 1).filter(
    (n) => n > confirmed && !there.has(n),
  );
  const disordered = found.filter((n, index) => index > 0 && n <= found[index - 1]!).length;
  return { put, stored, confirmed, lost, disordered };
}

const keyOf = (run: number, number: number) =>
  String(run).padStart(8, "0") + String(number).padStart(10, "0");

/** The program, spoken to without the board's side of it. */
class Talk {
  readonly #child: ChildProcess;
  #answer: ((message: Extract<FromOutbox, { type: "records" }>) => void) | undefined;
  id = "";
  /** Key of the first record of this run that was seen. */
  firstKey: string | undefined;
  /** Number of the newest that is on stable storage. */
  stored = 0;

  constructor(folder: string) {
    this.#child = fork(PROGRAM, [JSON.stringify({ folder, limits: TRIAL_LIMITS })], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (message: FromOutbox) => {
      if (message.type === "stored") this.stored = parseKey(message.key).number;
      if (message.type !== "records") return;
      this.id = message.id;
      this.firstKey ??= message.records[0]?.key;
      this.#answer?.(message);
    });
  }

  say(message: ToOutbox): void {
    this.#child.send(message);
  }

  /** Bodies of all that it has; each is confirmed when `confirm` says so. */
  async readAll(confirm: (body: string) => boolean): Promise<string[]> {
    const bodies: string[] = [];
    for (let after = FIRST_KEY; ; ) {
      const { id, records } = await new Promise<Extract<FromOutbox, { type: "records" }>>((done) => {
        this.#answer = done;
        this.say({ type: "read", id: this.id, after, count: 500 });
      });
      this.#answer = undefined;
      const last = records.at(-1);
      if (last === undefined) break;
      bodies.push(...records.map(({ body }) => body));
      after = last.key;
      if (records.every(({ body }) => confirm(body))) this.say({ type: "confirm", id, key: last.key });
    }
    this.firstKey = undefined;
    return bodies;
  }

  async kill(): Promise<void> {
    await this.#gone(() => this.#child.kill("SIGKILL"));
  }

  async end(): Promise<void> {
    await this.#gone(() => this.#child.disconnect());
  }

  async #gone(work: () => void): Promise<void> {
    const gone = new Promise((done) => this.#child.once("exit", done));
    work();
    await gone;
  }
}
