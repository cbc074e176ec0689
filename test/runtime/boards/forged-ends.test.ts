import * as assert from "uvu/assert";
import { exportPid, type Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { spec } from "../../harness/spec.ts";
import { LinkedCells } from "./linked-cells.ts";

/** A door of the pump house watches a process of the greenhouse; the shed knows the door, too, and may guess the numbers of its monitors. */
function watched() {
  const net = new LinkedCells(["greenhouse", "pumphouse", "shed"]);
  const heard: string[] = [];
  net.of("pumphouse").cell.spawn(function* (self: Self): ProcessGenerator {
    self.publish("door");
    for (;;) {
      const message = (yield* self.receive()) as { type: string; peer?: Pid; reason?: string };
      if (message.type === "watch") self.monitor(message.peer!);
      else heard.push(message.type === "down" ? `down ${message.reason}` : message.type);
    }
  }, []);
  net.pass(50);
  const commander = net.of("greenhouse").cell.spawn(function* (self: Self): ProcessGenerator {
    self.send(self.whereis("door@pumphouse")!, { type: "watch", peer: self.pid });
    yield* self.receive();
  }, []);
  const shed = net.of("shed");
  const forger = shed.cell.spawn(function* (self: Self): ProcessGenerator {
    yield* self.receive();
  }, []);
  net.pass(50);
  const door = exportPid(shed.cell.names.whereis("door@pumphouse")!);
  const say = (frame: (ref: number) => Frame) => {
    for (let ref = 0; ref < 20; ref++) shed.exchange.route("pumphouse", 1, door.cell, frame(ref));
    shed.exchange.flush();
    net.pass(50);
  };
  const end = () => {
    net.of("greenhouse").cell.exit(undefined, commander, "killed");
    net.pass(50);
  };
  return { heard, say, end, to: door, from: exportPid(forger) };
}

spec("no board ends what another one's process is to a watcher", () => {
  const { heard, say, end, to, from } = watched();
  say((ref) => ({ kind: "down", to, from, ref, reason: "killed" }));
  assert.equal(heard, []);
  end();
  assert.equal(heard, ["down killed"], "the real one is heard");
});

spec("nor does it close a monitor of somebody else by an answer that nobody asked it for", () => {
  for (const closed of [{}, { closed: true }] as const) {
    const { heard, say, end, to } = watched();
    const packed = { body: { type: "answer" }, placeholders: [], pids: [] };
    const beside = { deadlineUs: Number.POSITIVE_INFINITY, band: 2, bytes: 64, ...closed };
    say((alias) => ({ kind: "message", to, packed, alias, ...beside }));
    assert.equal(heard, []);
    end();
    assert.equal(heard, ["down killed"]);
  }
});
