import { connect, createServer, type Server, type Socket } from "node:net";
import { is } from "uvu/assert";
import { TcpGate } from "../../../deploy/demo/tcp-gate.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { quietFor, until } from "../../harness/until.ts";

/** Says everything back, with its connections. */
async function echo(t: SpecContext): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("error", () => {});
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, sockets };
}

async function throughGate(t: SpecContext) {
  const { port, sockets } = await echo(t);
  const gate = new TcpGate(port);
  await gate.open();
  t.defer(() => gate.close());
  const client = () => {
    const socket = connect({ port: gate.port, host: "127.0.0.1" });
    t.defer(() => void socket.destroy());
    const heard = { text: "", ended: false };
    socket.on("data", (bytes) => {
      heard.text += bytes.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      heard.ended = true;
    });
    return { socket, heard };
  };
  return { gate, sockets, client };
}

spec(
  "what is said goes through; while it is cut nothing does, and afterwards what was under way",
  async (t) => {
    const { gate, client } = await throughGate(t);
    const { socket, heard } = client();
    socket.write("one ");
    await until("the first word is back", () => heard.text === "one ");
    gate.cut();
    socket.write("two ");
    const late = client();
    late.socket.write("three");
    await quietFor(100);
    is(heard.text, "one ");
    is(late.heard.text, "");
    is(heard.ended || late.heard.ended, false, "nobody hears of the cut");
    gate.heal();
    await until("what waited is back", () => heard.text === "one two " && late.heard.text === "three");
  },
);

spec("who gave up while it was cut is let go on both sides when it heals", async (t) => {
  const { gate, sockets, client } = await throughGate(t);
  const { socket, heard } = client();
  socket.write("one");
  await until("the first word is back", () => heard.text === "one");
  gate.cut();
  socket.destroy();
  await until("it is gone here", () => heard.ended);
  await quietFor(100);
  is(sockets[0]!.destroyed, false, "the other side does not know");
  gate.heal();
  await until("the other side knows", () => sockets[0]!.destroyed);
});

spec("an end goes through, and so does a server that is gone", async (t) => {
  const { sockets, client } = await throughGate(t);
  const first = client();
  first.socket.write("one");
  await until("it is answered", () => first.heard.text === "one");
  first.socket.end();
  await until("the server has closed, and so has the gate", () => first.heard.ended && sockets[0]!.destroyed);
  const second = client();
  second.socket.write("two");
  await until("it is answered", () => second.heard.text === "two");
  sockets[1]!.destroy();
  await until("the client hears of it", () => second.heard.ended);
});
