/** Where the on-times of a board are kept over the death of its guardian: in memory, never on a card. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";

/** statfs(2): file systems that are memory. */
const IN_MEMORY = [0x0102_1994 /* tmpfs */, 0x8584_58f6 /* ramfs */];

type Environment = Readonly<Record<string, string | undefined>>;

export interface OnTimePlace {
  readonly file?: string;
  /** Why there is none. */
  readonly why?: string;
}

/**
 * The file for a board on real pins: in the folder that `HOLDFAST_KEPT` names (of the boot service: the guardian's own
 * runtime directory goes with each of its ends), else the user's runtime folder, else /dev/shm. Two boards with one id and different state folders have
 * different files. A folder that is not in memory is not used: a file there would outlive a boot and wear a card.
 */
export function onTimeFile(environment: Environment, board: string, stateFolder: string): OnTimePlace {
  const { HOLDFAST_KEPT, XDG_RUNTIME_DIR } = environment;
  const user = process.getuid?.() ?? 0;
  const own = XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, "holdfast") : `/dev/shm/holdfast-${user}`;
  const folder = HOLDFAST_KEPT || own;
  try {
    // Not recursive: that never returns where the kernel answers ENOENT to every mkdir, as in /proc.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    const { uid } = statSync(folder);
    if (uid !== user) return { why: `${folder} belongs to user ${uid}` };
    if (!IN_MEMORY.includes(statfsSync(folder).type)) return { why: `${folder} is not in memory` };
  } catch (error) {
    return { why: (error as Error).message };
  }
  const which = createHash("sha256").update(stateFolder).digest("hex").slice(0, 8);
  return { file: join(folder, `${board}-${which}.on-times`) };
}
