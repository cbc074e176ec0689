import { SimulatedBoard } from "./simulated-board.ts";

const t = performance.now();
const board = new SimulatedBoard({ worldStepMs: Number(process.argv[3] ?? 100) });
board.until(Number(process.argv[2] ?? 60));
console.log(board.trace.lines.slice(0, 200).join("\n"));
console.log(
  performance.now() - t,
  board.trace.lines.length,
  board.kernel.timerCount,
  board.guardian.guardian.nextUs,
  board.trace.reading("climate.temperature"),
);
