/** What the kernel guest is: the ground under the other files that run in it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { is, ok } from "uvu/assert";
import { spec } from "../harness/spec.ts";

spec("the guest's kernel has simulated GPIO and two I2C adapters", () => {
  ok(existsSync("/sys/kernel/config/gpio-sim"));
  is(readFileSync("/sys/class/i2c-dev/i2c-1/name", "utf8"), "holdfast i2c-sim\n");
  is(readFileSync("/sys/class/i2c-dev/i2c-0/name", "utf8").startsWith("SMBus stub driver"), true);
});

spec("its root is the host's below a memory file system: what is written stays in the guest", (t) => {
  ok(/ \/ overlay /.test(readFileSync("/proc/mounts", "utf8")));
  const file = new URL("./written-in-the-guest", import.meta.url);
  t.defer(() => rmSync(file));
  writeFileSync(file, "x");
  ok(existsSync(file));
});

spec("it has a loopback network and no other", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.defer(() => server.close());
  await new Promise((done) => server.once("listening", done));
  const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
  t.defer(() => socket.destroy());
  await new Promise((done, failed) => socket.once("connect", done).once("error", failed));
  is(readFileSync("/proc/net/dev", "utf8").trim().split("\n").length, 3, "two lines of heading and lo");
});
