import { type BoardFlags, connectBoard, readRetained, stateOf } from "./board-client.ts";
import { sendAndSay } from "./send-command.ts";

/** `holdfast clear`: an output that `maxOn` latched off may be switched on again. Exit 3 when refused. */
export async function clear(device: string, flags: BoardFlags): Promise<void> {
  const client = await connectBoard(flags);
  try {
    const retained = await readRetained(client, flags);
    stateOf(retained, device);
    await sendAndSay(client, retained.board, device, { clear: true }, flags);
  } finally {
    await client.endAsync(true);
  }
}
