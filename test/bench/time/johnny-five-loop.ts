/** Johnny-Five 2.1 (a development dependency, for this peer only) on an IO plugin that does nothing. */
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const hasJohnnyFive = isInstalled();

interface Board extends EventEmitter {
  loop(ms: number, callback: () => void): void;
}

interface JohnnyFive {
  readonly Board: new (options: object) => Board;
}

/** `loop` of a board that is ready. */
export async function johnnyFiveLoop(): Promise<Board["loop"]> {
  const { Board } = require("johnny-five") as JohnnyFive;
  // The pins are nobody's business here; `sigint` would install a handler that ends the process.
  const board = new Board({ io: new NoPins(), repl: false, debug: false, sigint: false });
  await new Promise((ready) => board.once("ready", ready));
  return board.loop.bind(board);
}

/** The least that an IO plugin is (rwaldron/io-plugins): ready at once, without pins. */
class NoPins extends EventEmitter {
  readonly name = "no pins";
  readonly isReady = true;
  readonly MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 };
  readonly pins: readonly object[] = [];
  readonly analogPins: readonly number[] = [];
  readonly HIGH = 1;
  readonly LOW = 0;
}

function isInstalled(): boolean {
  try {
    require.resolve("johnny-five");
    return true;
  } catch {
    return false;
  }
}
