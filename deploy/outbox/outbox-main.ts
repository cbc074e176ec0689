/**
 * The outbox as a process of its own, started by the board's MQTT cell: a card that hangs holds up nobody else, a
 * memory map that fails ends nobody else, and what was taken is still written when the runtime is killed.
 *
 * It ends when its starter goes. Signals that stop a whole service leave it the time for that.
 */
import { setPriority } from "node:os";
import { goBeforeTheGuardian } from "../board/memory-rank.ts";
import { openLevelStore } from "./level-store.ts";
import { Outbox } from "./outbox.ts";
import type { FromOutbox, OutboxProcessPlan, ToOutbox } from "./outbox-messages.ts";
import { freeBytes } from "./storage-room.ts";

/** Whatever it does can wait for everything else. */
const NICE = 10;
/** How often it says how it stands, ms, when that has changed. */
const FACTS_EVERY_MS = 500;

const { folder, limits } = JSON.parse(process.argv[2]!) as OutboxProcessPlan;
goBeforeTheGuardian();
setPriority(NICE);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

const outbox = new Outbox({
  limits,
  open: () => openLevelStore(folder),
  freeBytes: () => freeBytes(folder),
  timers: {
    nowMs: () => performance.now(),
    later: (call, afterMs) => {
      const timer = setTimeout(call, afterMs);
      return () => clearTimeout(timer);
    },
  },
  onMore: () => say({ type: "more" }),
  onStored: (key) => say({ type: "stored", key }),
  onDamage: (text) => say({ type: "damage", text }),
});

process.on("message", (message) => void hear(message as ToOutbox));
process.on("disconnect", () => void end());
// Its starter may have gone while this was being loaded.
if (!process.connected) void end();
let lastSaid = "";
setInterval(() => {
  const now = outbox.facts;
  // Age alone is no news: it would wake the board twice a second.
  const said = JSON.stringify({ ...now, oldestMs: now.oldestMs === null ? null : 0 });
  if (said === lastSaid) return;
  lastSaid = said;
  say({ type: "facts", facts: now });
}, FACTS_EVERY_MS);

async function hear(message: ToOutbox): Promise<void> {
  if (message.type === "put") {
    outbox.put(message.records);
    say({ type: "taken", count: message.records.length });
  } else if (message.type === "confirm") {
    outbox.confirm(message.id, message.key);
  } else if (message.type === "end") {
    await end();
  } else {
    const records = await outbox.read(message.id, message.after, message.count);
    const { id, run } = outbox;
    say({ type: "records", id, run, clockMs: outbox.clockMs(), records });
  }
}

async function end(): Promise<void> {
  await outbox.close();
  process.exit(0);
}

function say(message: FromOutbox): void {
  // Its starter may be gone before the last word: then nobody needs it.
  if (process.connected) process.send!(message, undefined, undefined, () => {});
}
