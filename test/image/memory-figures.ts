/** Where the memory of a board goes, as its kernel tells it: in all, and of each process what is its own and its share of what several have. */
import type { Machine } from "./machine.ts";

/** Sums over all processes with memory of their own (Documentation/filesystems/proc.rst, smaps_rollup), MB of 2^20 bytes. */
export interface ProcessMemory {
  readonly name: string;
  readonly count: number;
  /** Pss: own pages, and a share of shared ones. */
  readonly shareMb: number;
  /** Pss_Anon: heaps and stacks; the rest is of files, which the kernel may drop and read again. */
  readonly ownMb: number;
}

export interface MemoryFigures {
  /** MemTotal less MemAvailable: what a program that starts now could not have. */
  readonly usedMb: number;
  /** By what is run, largest first. */
  readonly processes: readonly ProcessMemory[];
  /** What the kernel has for itself: slabs, stacks, page tables, memory per processor. */
  readonly kernelMb: number;
}

/** Arguments of programs are joined by blanks; kernel threads have none and are left out. */
const SCRIPT = `cat /proc/meminfo; for p in /proc/[0-9]*; do
  words=$(tr '\\0' ' ' <$p/cmdline 2>/dev/null); [ -n "$words" ] || continue
  echo "process $words"; cat $p/smaps_rollup 2>/dev/null
done`;

export async function memoryFigures(board: Machine): Promise<MemoryFigures> {
  return decodeMemory(await board.run(SCRIPT));
}

export function decodeMemory(text: string): MemoryFigures {
  const [all = "", ...each] = text.split(/^process /m);
  const kernel = ["Slab", "KernelStack", "PageTables", "Percpu"];
  const byName = new Map<string, ProcessMemory>();
  for (const one of each) {
    const name = nameOf(one.slice(0, one.indexOf("\n")).trim());
    const { count, shareMb, ownMb } = byName.get(name) ?? { count: 0, shareMb: 0, ownMb: 0 };
    byName.set(name, {
      name,
      count: count + 1,
      shareMb: shareMb + mb(one, "Pss"),
      ownMb: ownMb + mb(one, "Pss_Anon"),
    });
  }
  return {
    usedMb: mb(all, "MemTotal") - mb(all, "MemAvailable"),
    processes: [...byName.values()].toSorted((one, other) => other.shareMb - one.shareMb),
    kernelMb: kernel.reduce((sum, name) => sum + mb(all, name), 0),
  };
}

/** For people, a line each; MB. */
export function memoryText({ usedMb, processes, kernelMb }: MemoryFigures): readonly string[] {
  const own = processes.reduce((sum, { ownMb }) => sum + ownMb, 0);
  return [
    `${usedMb.toFixed(0)} MB in use; ${own.toFixed(0)} MB of it are the processes' own, ${kernelMb.toFixed(0)} the kernel's tables`,
    ...processes.map(
      ({ name, count, shareMb, ownMb }) =>
        `  ${name}${count > 1 ? ` (${count})` : ""}: ${ownMb.toFixed(1)} own, ${shareMb.toFixed(1)} with its share of files`,
    ),
  ];
}

/** A program of the application by its file, another one by its first word. */
function nameOf(command: string): string {
  const [program = "", ...words] = command.split(" ");
  const file = words.find((word) => /\.c?js$/.test(word)) ?? program;
  return file.slice(file.lastIndexOf("/") + 1);
}

function mb(text: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1] ?? 0) / 1024;
}
