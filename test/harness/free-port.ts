import { connect, createServer } from "node:net";

/** Of those that Linux gives to nobody by itself: its own begin at 32768 (ip_local_port_range in ip(7)). */
const FIRST = 20_000;
const END = 32_768;

const handedOut = new Set<number>();

/**
 * A TCP port on loopback that nobody listens on at present. No connection or server without a port of its own gets it by chance
 * before it is used, or between two uses.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST));
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once("error", () => answer(false));
    server.listen(port, "127.0.0.1", () => server.close(() => answer(true)));
  });
}

/** Whether anybody answers on a port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("connect", () => {
      socket.destroy();
      answer(true);
    });
    socket.on("error", () => answer(false));
  });
}
