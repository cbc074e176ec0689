import { mkdtempSync, rmSync } from "node:fs";
import { endianness, tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok, throws } from "uvu/assert";
import { encodeUnixAddress, ServiceManager } from "../../../firmware/linux/service-manager.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { DatagramReceiver } from "../fixtures/datagram-receiver.ts";

const family = endianness() === "LE" ? [1, 0] : [0, 1];

spec("a path ends with NUL, an abstract name begins with it", () => {
  equal([...encodeUnixAddress("/run/x")], [...family, ...Buffer.from("/run/x"), 0]);
  equal([...encodeUnixAddress("@x")], [...family, 0, "x".charCodeAt(0)]);
});

spec("a socket that is neither, or too long, is named with what is allowed", () => {
  for (const socket of ["", "@", "run/notify", "vsock:2:1", `/${"x".repeat(107)}`])
    throws(() => encodeUnixAddress(socket), /NOTIFY_SOCKET: found ".*", allowed is an absolute path/);
  is(encodeUnixAddress(`/${"x".repeat(106)}`).length, 110);
  is(encodeUnixAddress(`@${"x".repeat(107)}`).length, 110);
});

function folder(t: SpecContext): string {
  const path = mkdtempSync(join(tmpdir(), "holdfast-notify-"));
  t.defer(() => rmSync(path, { recursive: true }));
  return path;
}

for (const [kind, socketOf] of [
  ["a path", (t: SpecContext) => join(folder(t), "notify")],
  ["an abstract name", () => `@holdfast-test-${process.pid}`],
] as const) {
  spec(`the manager behind ${kind} hears every assignment in a datagram of its own`, (t) => {
    const socket = socketOf(t);
    const receiver = new DatagramReceiver(socket);
    t.defer(() => receiver.close());
    const manager = new ServiceManager(socket);
    t.defer(() => manager.close());
    manager.ready("lines adopted");
    manager.alive();
    manager.status("runtime 12\nWATCHDOG=trigger");
    manager.stopping();
    equal(receiver.take(), [
      "READY=1\nSTATUS=lines adopted",
      "WATCHDOG=1",
      "STATUS=runtime 12 WATCHDOG=trigger",
      "STOPPING=1\nSTATUS=outputs to their safe levels",
    ]);
    is(manager.dropped, 0);
  });
}

spec("a manager that is gone or reads nothing costs no time: what it does not take is counted", (t) => {
  const socket = join(folder(t), "notify");
  const receiver = new DatagramReceiver(socket);
  const manager = new ServiceManager(socket);
  t.defer(() => manager.close());
  for (let i = 0; i < 10_000; i++) manager.alive();
  ok(manager.dropped > 0 && manager.dropped < 10_000, `${manager.dropped}`);
  ok(receiver.take().length > 0);
  receiver.close();
  const { dropped } = manager;
  manager.alive();
  is(manager.dropped, dropped + 1);
});
