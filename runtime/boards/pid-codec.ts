/** Pids and names on the way between boards. A pid names the life of its board's runtime; at home it loses that again. */
import type { WirePid } from "../process/pid.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { FrameError } from "./frame-error.ts";

/** Of boards, cells, public names and groups, characters; none is empty. */
export const LONGEST_NAME = 256;
/** Of a pid's key, which is their hexadecimal digits inside a board. */
export const KEY_BYTES = 16;

/** This board in this life, and what time it is; of what was received: when it was sent, as far as is known. */
export interface Here {
  readonly board: string;
  readonly life: number;
  readonly nowUs: number;
}

/** `here`: the life of this board, for pids that are at home on it. */
export function writePid(out: ByteWriter, pid: WirePid, here: Here): ByteWriter {
  const { board, cell, incarnation, number, key } = pid;
  const life = pid.life ?? (board === here.board ? here.life : 0);
  return out.text(board).count(life).text(cell).count(incarnation).count(number).hex(key, KEY_BYTES);
}

/** Throws `FrameError`. */
export function readPid(reader: ByteReader, here: Here): WirePid {
  const [board, life, cell] = [readName(reader), reader.count(), readName(reader)];
  const [incarnation, number, key] = [reader.count(), reader.count(), reader.hex(KEY_BYTES)];
  if (board === here.board && life === here.life) return { board, cell, incarnation, number, key };
  return { board, cell, incarnation, number, key, life };
}

/** 1 to `LONGEST_NAME` characters. Throws `FrameError`. */
export function readName(reader: ByteReader): string {
  const text = reader.text();
  if (text.length === 0 || text.length > LONGEST_NAME) throw new FrameError("no name");
  return text;
}
