/** What the MQTT cell is told of links with other boards. */
import { dirname, resolve } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { linkTimes } from "../config/links-schema.ts";

export interface LinksPlan {
  /** Of the runtime. */
  readonly life: number;
  /** Absent: all who know the secret. */
  readonly boards?: readonly string[];
  /** Absent: only over a broker on this machine. */
  readonly secretFile?: string;
  readonly heartbeatMs: number;
  readonly lostMs: number;
}

/** `undefined` without the section. `configFile`: paths in it are seen from there. */
export function linksPlan(
  { links }: Pick<BoardConfig, "links">,
  configFile: string,
  life: () => number,
): LinksPlan | undefined {
  if (links === undefined) return undefined;
  const { boards, secretFile } = links;
  return {
    life: life(),
    ...linkTimes(links),
    ...(boards !== undefined && { boards }),
    ...(secretFile !== undefined && { secretFile: resolve(dirname(configFile), secretFile) }),
  };
}
