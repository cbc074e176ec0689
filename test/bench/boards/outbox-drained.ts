/**
 * A full outbox is emptied to a broker: by the outbox's own process and client, and the board's link, as on a board. A
 * reader in this process checks order, and that each record comes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mqtt from "mqtt";
import { BoardLink } from "../../../deploy/mqtt/board-link.ts";
import { BoardOutbox } from "../../../deploy/outbox/board-outbox.ts";
import { openLevelStore } from "../../../deploy/outbox/level-store.ts";
import { type OutboxRecord, recordKey } from "../../../deploy/outbox/record.ts";
import { PROGRAM } from "../../deploy/outbox/a-program.ts";
import { memoryMb } from "../process-figures.ts";
import { progress, type Row } from "../rows.ts";
import { BenchBroker } from "./a-broker.ts";
import type { BoardsBench, BoardsOptions } from "./bench.ts";

const BATCH = 1000;
/** Heap may differ by what one window and the young generation hold, MB. */
const GOAL = { growthMb: 16 } as const;
const LIMITS = { sizeBytes: 4e9, ageMs: 366 * 86_400_000, syncEveryMs: 5000, syncRecords: 500 };

export const outboxDrained: BoardsBench = {
  name: "outbox drained",
  async run({ count }: BoardsOptions): Promise<readonly Row[]> {
    const base = mkdtempSync(join(tmpdir(), "holdfast-bench-outbox-"));
    const broker = await BenchBroker.start();
    const reader = new Reader();
    try {
      const folder = join(base, "outbox");
      await fill(folder, count);
      await reader.join(broker.url);
      const { seconds, heapMb, processMb } = await drain(folder, broker.url, reader, count);
      const growthMb = Math.max(...heapMb) - heapMb[0]!;
      const childGrowthMb = Math.max(...processMb) - processMb[0]!;
      const text = (list: readonly number[]) => list.map((mb) => mb.toFixed(0)).join(" ");
      return [
        {
          work: `outbox: ${count} records drained, in order, each once`,
          ours: `${reader.came} in ${seconds.toFixed(1)} s (${Math.round(count / seconds)}/s), ${reader.disordered} out of order, ${reader.twice} twice`,
          peer: null,
          ratio: null,
          goal: "all, in order",
          met: reader.came === count && reader.disordered === 0 && reader.twice === 0,
        },
        {
          work: "outbox: heap of the board's side at each fifth, after a collection",
          ours: `${text(heapMb)} MB`,
          peer: null,
          ratio: null,
          goal: `grows by <= ${GOAL.growthMb} MB`,
          met: growthMb <= GOAL.growthMb,
        },
        {
          work: "outbox: resident memory of its process at each fifth",
          ours: `${text(processMb)} MB`,
          peer: null,
          ratio: null,
          goal: `grows by <= ${GOAL.growthMb} MB`,
          met: childGrowthMb <= GOAL.growthMb,
        },
      ];
    } finally {
      await reader.leave();
      await broker.stop();
      rmSync(base, { recursive: true });
    }
  },
};

/** As a board would have that was alone for weeks. */
async function fill(folder: string, count: number): Promise<void> {
  const { store, run } = await openLevelStore(folder);
  for (let from = 1; from <= count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from + 1) }, (_, index): OutboxRecord => {
      const value = 20 + Math.sin((from + index) / 500);
      const body = { device: "climate", reading: "temperature", value, unit: "°C", quality: "good" };
      return { key: recordKey(run, from + index), stampMs: from, at: null, body: JSON.stringify(body) };
    });
    await store.append(batch);
    progress("records stored", from + batch.length - 1, count);
  }
  await store.close();
}

async function drain(folder: string, url: string, reader: Reader, count: number) {
  const outbox: BoardOutbox = new BoardOutbox({
    plan: { program: PROGRAM, folder, limits: LIMITS, events: [], keepEveryMs: {} },
    now: () => performance.now(),
    wallMs: () => Date.now(),
    wake: () => link.wake(),
    tell: () => {},
    onStatus: () => {},
  });
  const link: BoardLink = new BoardLink({
    url,
    board: "b",
    identity: { incarnation: 1, hardware: "emulated", uid: "bench" },
    version: "0",
    outbox,
    catalogue: () => [],
    onCommand: () => {},
  });
  link.start();
  await until(() => reader.came > 0);
  const startMs = performance.now();
  const [heapMb, processMb]: [number[], number[]] = [[], []];
  for (let fifth = 1; fifth <= 5; fifth++) {
    heapMb.push(heapUsedMb());
    processMb.push(memoryMb(outbox.pid!).rss);
    await until(
      () => reader.came >= (count * fifth) / 5,
      () => progress("records drained", reader.came, count),
    );
  }
  const seconds = (performance.now() - startMs) / 1000;
  heapMb.push(heapUsedMb());
  processMb.push(memoryMb(outbox.pid!).rss);
  await until(() => outbox.facts.records === 0);
  await Promise.all([link.close(), outbox.close()]);
  return { seconds, heapMb, processMb };
}

/** Counts what comes on the topic. */
class Reader {
  came = 0;
  disordered = 0;
  twice = 0;
  #last = 0;
  #client: mqtt.MqttClient | undefined;

  async join(url: string): Promise<void> {
    this.#client = await mqtt.connectAsync(url, { reconnectPeriod: 0 });
    this.#client.on("message", (_, payload) => this.#take(payload));
    await this.#client.subscribeAsync("holdfast/b/outbox", { qos: 1 });
  }

  async leave(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  #take(payload: Buffer): void {
    const { seq } = JSON.parse(payload.toString("utf8")) as { seq: number };
    this.came++;
    if (seq === this.#last) this.twice++;
    else if (seq !== this.#last + 1) this.disordered++;
    this.#last = seq;
  }
}

function heapUsedMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

async function until(test: () => boolean, meanwhile = () => {}): Promise<void> {
  for (let quietMs = 0; !test(); quietMs += 50) {
    if (quietMs > 600_000) throw new Error("nothing went on for ten minutes");
    meanwhile();
    await sleep(50);
  }
}
