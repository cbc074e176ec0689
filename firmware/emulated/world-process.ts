import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { type World, WorldGuardian } from "./world-guardian.ts";
import { WorldObserver } from "./world-observer.ts";

export interface WorldOptions extends World {
  /** Unix socket to listen on; an old one is replaced. */
  readonly socketPath: string;
  /** Each output change, for the model of the world. */
  onLine?(line: string, level: number, atUs: number): void;
}

const OPENING_BRACE = 0x7b;

/**
 * The emulated world as a process of its own: it outlives the guardian, keeps the lines as the metal would,
 * and bears witness. One guardian at a time, as a line has one owner; observers as many as come.
 * The first byte of a connection tells them apart: JSON starts with a brace.
 */
export function runWorld(options: WorldOptions): Promise<Server> {
  const { socketPath, onLine } = options;
  if (onLine !== undefined) options.lines.onOutput(onLine);
  let guardian: Socket | undefined;
  const server = createServer((socket) => {
    let peer: WorldGuardian | WorldObserver | undefined;
    socket.on("error", () => {}); // a peer that died: "close" follows
    socket.on("close", () => {
      if (guardian === socket) guardian = undefined;
      peer?.gone();
    });
    socket.on("data", (chunk) => {
      if (peer === undefined && chunk[0] === OPENING_BRACE) {
        peer = new WorldObserver(options, socket);
      } else if (peer === undefined) {
        if (guardian !== undefined) {
          socket.destroy();
          return;
        }
        guardian = socket;
        peer = new WorldGuardian(options, socket);
      }
      peer.bytes(chunk);
    });
  });
  rmSync(socketPath, { force: true });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, () => {
      chmodSync(socketPath, 0o600);
      resolve(server);
    });
  });
}
