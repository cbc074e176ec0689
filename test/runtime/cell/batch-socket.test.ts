import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serialize } from "node:v8";
import * as assert from "uvu/assert";
import { BatchSocket } from "../../../runtime/cell/batch-socket.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

/** The two ends of a stream between processes, in one. */
async function sockets(t: SpecContext): Promise<[Socket, Socket]> {
  const path = join(tmpdir(), `batch-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const server = createServer();
  await new Promise<void>((done) => server.listen(path, done));
  const accepted = new Promise<Socket>((done) => server.once("connection", done));
  const near = connect(path);
  const far = await accepted;
  t.defer(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return [near, far];
}

function reader(socket: Socket) {
  const values: unknown[] = [];
  const closed: (Error | undefined)[] = [];
  const end = new BatchSocket<unknown, unknown>(socket, {
    onValue: (value) => values.push(value),
    onClose: (error) => closed.push(error),
  });
  return { end, values, closed };
}

spec(
  "values arrive in order, however many and however long, with what structured cloning keeps",
  async (t) => {
    const [near, far] = await sockets(t);
    const a = reader(near);
    const b = reader(far);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const sent = [
      1,
      new Map([["k", 5n]]),
      new Uint8Array(300_000).fill(7),
      Number.POSITIVE_INFINITY,
      undefined,
    ];
    for (const value of sent) a.end.send(value);
    await until("the first", () => b.values.length === sent.length);
    for (let n = 0; n < 20_000; n++) a.end.send(n);
    a.end.send(cycle);
    b.end.send("back");
    await until("all", () => b.values.length === sent.length + 20_001 && a.values.length === 1);
    assert.equal(b.values.slice(0, sent.length), sent);
    assert.ok(b.values.slice(sent.length, -1).every((value, n) => value === n));
    const last = b.values.at(-1) as { self: unknown };
    assert.is(last.self, last);
    assert.equal(a.values, ["back"]);
  },
);

spec("what cannot be serialized is dropped alone; a flush says so", async (t) => {
  const [near, far] = await sockets(t);
  const a = reader(near);
  const b = reader(far);
  a.end.send("before");
  a.end.send(() => {});
  a.end.send("after");
  await until("both", () => b.values.length === 2);
  assert.equal(b.values, ["before", "after"]);
  a.end.send(new SharedArrayBuffer(4));
  assert.throws(() => a.end.flush(), /could not be cloned/);
});

spec("the other side's end is told once, after all it sent; half a batch is not a batch", async (t) => {
  const [near, far] = await sockets(t);
  const b = reader(far);
  const bytes = serialize(["whole"]);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(bytes.length);
  near.end(Buffer.concat([header, bytes, header, bytes.subarray(0, 3)]));
  await until("the end", () => b.closed.length > 0);
  assert.equal(b.values, ["whole"]);
  assert.equal(b.closed, [undefined]);
});

spec("what is no batch closes the stream with the reason", async (t) => {
  const [near, far] = await sockets(t);
  const b = reader(far);
  near.write("this is no batch, whatever it is");
  await until("the end", () => b.closed.length > 0);
  assert.match(b.closed[0]?.message ?? "", /^a batch of \d+ bytes$/);
  assert.equal(b.values, []);
});
