import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 200;

/**
 * Does `work` while no other process does it in the same folder: `npm ci` takes away what another one has just put there. Says once
 * that it waits. The lock is a name in Linux's abstract namespace (unix(7)), which ends with its holder, however that ends;
 * elsewhere there is none.
 */
export async function alone(folder, work) {
  if (process.platform !== "linux") return work();
  const path = `\0holdfast-prepare-${createHash("sha256").update(folder).digest("hex").slice(0, 32)}`;
  let server = await listening(path);
  if (server === undefined)
    process.stderr.write("holdfast: another process is preparing this folder; waiting for it ...\n");
  for (; server === undefined; server = await listening(path)) await pause(LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** Undefined where the name is taken. */
function listening(path) {
  const server = createServer((socket) => socket.destroy());
  return new Promise((done, fail) => {
    server.once("error", (error) => (error.code === "EADDRINUSE" ? done(undefined) : fail(error)));
    server.listen({ path }, () => done(server));
  });
}
