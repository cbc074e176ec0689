import { type Board, detectBoard } from "../../firmware/board/detect-board.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";

/** The Raspberry Pi that this machine is. `deviceTree`: folder that stands for its own. Throws `HardwareError` where it is none. */
export function thisHeader(deviceTree?: string): { readonly board: Board; readonly files: SystemFiles } {
  const files = localFiles(deviceTree);
  return { board: detectBoard(files), files };
}
