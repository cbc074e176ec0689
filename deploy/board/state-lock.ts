/**
 * One board of an id works in a state folder at a time: two would write one file of setpoints, boots and crashes, and each would
 * count the other's lives as its own. The lock is a name in Linux's abstract namespace (unix(7)): it is taken as a whole or not at
 * all, leaves nothing on a card, and ends with its holder, however that ends. Whoever meets it can ask who that is.
 */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { resolve } from "node:path";

/** A holder that hangs says nothing: it holds all the same. */
const ANSWER_MS = 1000;
/** A holder may end between the refusal and the question. */
const TRIES = 3;
const LONGEST_ANSWER = 4096;

export interface StateHolder {
  readonly pid: number;
  /** What it was started as: `holdfast run`, or `the service`. */
  readonly as: string;
  /** Its configuration. */
  readonly config: string;
}

/** Somebody else works there; the message names who, and what helps. */
export class StateTaken extends Error {
  override readonly name = "StateTaken";
}

/**
 * Takes the folder for a board until the returned function is called or this process has ended. Throws `StateTaken`. No lock where
 * there is no abstract namespace (macOS, Windows): emulated boards of a desktop.
 */
export async function lockState(folder: string, board: string, holder: StateHolder): Promise<() => void> {
  if (process.platform !== "linux") return () => {};
  const path = lockName(folder, board);
  let other: StateHolder | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const server = await listening(path, `${JSON.stringify(holder)}\n`);
    if (server !== undefined) return () => void server.close();
    const answer = await ask(path);
    if (answer !== "gone") {
      other = answer;
      break;
    }
  }
  const who =
    other === undefined
      ? "a process that does not answer"
      : `${other.as} (process ${other.pid}, ${other.config})`;
  throw new StateTaken(
    `${who} works in ${folder} for board ${board}: end it first, or give this one a folder of its own (--state, HOLDFAST_STATE)`,
  );
}

/** The same for all ways to write a folder, and for one that is not made yet. */
function lockName(folder: string, board: string): string {
  const digest = createHash("sha256")
    .update(`${realFolder(resolve(folder))}\0${board}`)
    .digest("hex");
  return `\0holdfast-state-${digest.slice(0, 32)}`;
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** Undefined where the name is taken. */
function listening(path: string, answer: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.on("error", () => {}).end(answer));
  return new Promise((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") done(undefined);
      else fail(error);
    });
    server.listen({ path }, () => {
      server.unref();
      done(server);
    });
  });
}

/** Who holds it; undefined when he does not say, `gone` when nobody does any more. */
function ask(path: string): Promise<StateHolder | undefined | "gone"> {
  return new Promise((done) => {
    const socket = connect({ path });
    let said = "";
    const end = (what: StateHolder | undefined | "gone") => {
      socket.destroy();
      done(what);
    };
    socket.setTimeout(ANSWER_MS, () => end(undefined));
    socket.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.length > LONGEST_ANSWER) end(undefined);
    });
    socket.on("error", () => end("gone"));
    socket.on("end", () => end(holderOf(said)));
  });
}

/** Anybody may listen under a name. */
function holderOf(said: string): StateHolder | undefined {
  try {
    const { pid, as, config } = JSON.parse(said) as Partial<StateHolder>;
    return { pid: Number(pid), as: String(as), config: String(config) };
  } catch {
    return undefined;
  }
}
