import type { Examination } from "./examination.ts";
import type { Machine, PortState } from "./machine.ts";

/** What of a machine decides whether its buses may be asked. */
export type AskedMachine = Pick<Machine, "files" | "holders" | "running"> & {
  readonly ports: readonly Pick<PortState, "what" | "free">[];
};

/**
 * Buses whose addresses may be asked without harm: those of a linux configuration, else the header's own on a Raspberry
 * Pi. None while a board runs on real pins here, or something has the page's port that might be one; none that another
 * process has open. Others (graphics, power, memory modules of a PC) are only asked by name, with `holdfast scan`.
 */
export function busesToAsk(
  { files, holders, running, ports }: AskedMachine,
  { board, config }: Pick<Examination, "board" | "config">,
): readonly string[] {
  if (running?.hardware === "linux") return [];
  if (running === undefined && ports.some(({ what, free }) => what === "the page" && !free)) return [];
  const there = files.list("/sys/class/i2c-dev");
  const own = board === undefined ? [] : ["i2c-1"];
  const wanted =
    config === undefined ? own : config.hardware === "linux" ? Object.keys(config.buses ?? {}) : [];
  return wanted.filter((bus) => there.includes(bus) && holders(`/dev/${bus}`).length === 0);
}
