/** What can befall boards on a network, one after the other. */
import { sleep, type Trial } from "./trial.ts";

export interface Fault {
  readonly name: string;
  /** In a drawing. */
  readonly sign: string;
  begin(trial: Trial, board: string): void | Promise<void>;
  /** Default: it ends by itself. */
  end?(trial: Trial, board: string): void | Promise<void>;
}

const heal = (trial: Trial, board: string) => trial.heal(board);
const DAY_MS = 86_400_000;

export const FAULTS: readonly Fault[] = [
  { name: "cut", sign: "x", begin: (trial, board) => trial.cut(board, "both"), end: heal },
  { name: "cut to it", sign: ">", begin: (trial, board) => trial.cut(board, "to"), end: heal },
  { name: "cut from it", sign: "<", begin: (trial, board) => trial.cut(board, "from"), end: heal },
  {
    name: "30 % lost",
    sign: "%",
    begin: (trial, board) => trial.weather(board, { lossPercent: 30 }),
    end: heal,
  },
  {
    name: "500 ms late",
    sign: "5",
    begin: (trial, board) => trial.weather(board, { delayMs: 500 }),
    end: heal,
  },
  {
    name: "10 s late",
    sign: "T",
    begin: (trial, board) => trial.weather(board, { delayMs: 10_000 }),
    end: heal,
  },
  {
    name: "out of order",
    sign: "~",
    begin: (trial, board) => trial.weather(board, { jitterMs: 200 }),
    end: heal,
  },
  {
    name: "doubled",
    sign: "2",
    begin: (trial, board) => trial.weather(board, { doublePercent: 50 }),
    end: heal,
  },
  { name: "connection reset", sign: "!", begin: (trial, board) => trial.reset(board) },
  {
    name: "played again by another client",
    sign: "R",
    begin: (trial) => trial.replay(true),
    end: (trial) => trial.replay(false),
  },
  { name: "broker killed", sign: "B", begin: (trial) => trial.restartBroker(500) },
  { name: "board killed", sign: "K", begin: (trial, board) => trial.killBoard(board) },
  {
    name: "stands still",
    sign: "S",
    begin: (trial, board) => trial.stopBoard(board),
    end: (trial, board) => trial.continueBoard(board),
  },
  { name: "clock a day ahead", sign: "C", begin: (trial, board) => trial.jumpClock(board, DAY_MS) },
  { name: "clock a day back", sign: "C", begin: (trial, board) => trial.jumpClock(board, -DAY_MS) },
];

/** Has a fault befall a board for so long, and writes that down. */
export async function befall(trial: Trial, fault: Fault, board: string, ms: number): Promise<void> {
  trial.note(board, fault.sign, fault.name);
  await fault.begin(trial, board);
  await sleep(ms);
  await fault.end?.(trial, board);
  trial.note(board, " ", `no more: ${fault.name}`);
}
