/** Erlang/OTP's side: our programs in `work/*.erl`, compiled into a folder that is removed at the end. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolder } from "../../harness/source-files.ts";
import { type Contender, type Cores, runProgram } from "./contender.ts";

const sources = join(projectFolder, "test/bench/kernel/work");

/** One scheduler on one core, and one a core on all of them. */
const SCHEDULERS: readonly {
  readonly name: string;
  readonly flags: readonly string[];
  readonly cores: Cores;
}[] = [
  { name: "+S 1:1", flags: ["+S", "1:1"], cores: "one" },
  { name: `+S ${availableParallelism()}`, flags: ["+S", `${availableParallelism()}`], cores: "all" },
  {
    name: `+S ${availableParallelism()} +sbwt very_long`,
    flags: ["+S", `${availableParallelism()}`, "+sbwt", "very_long"],
    cores: "all",
  },
];

/** Options of the processes. */
const OPTIONS: readonly { readonly name: string; readonly options: string }[] = [
  { name: "", options: "[]" },
  { name: "off_heap", options: "[{message_queue_data, off_heap}]" },
  { name: "min_heap_size 1000", options: "[{min_heap_size, 1000}]" },
];

export interface OtpWork {
  /** Module below `work/`. */
  readonly module: string;
  /** First arguments of its `main/2`, Erlang terms: the ways to do the work, by the name each has in the table. */
  readonly ways: Readonly<Record<string, string>>;
  /** Only these options of processes; default: all that are known. */
  readonly options?: readonly string[];
  /** Only one scheduler: a work that has nothing to share out. */
  readonly oneScheduler?: boolean;
  readonly flags?: readonly string[];
}

export class Otp {
  readonly release: string;
  readonly #folder: string;

  private constructor(folder: string, release: string) {
    this.#folder = folder;
    this.release = release;
  }

  /** `undefined` where there is no Erlang. Throws when a program does not compile. */
  static prepare(): Otp | undefined {
    if (spawnSync("erlc", ["-help"]).error !== undefined) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "holdfast-erlang-"));
    const files = readdirSync(sources).filter((file) => file.endsWith(".erl"));
    const paths = files.map((file) => join(sources, file));
    const { status, stdout } = spawnSync("erlc", ["-o", folder, ...paths], { encoding: "utf8" });
    if (status !== 0) throw new Error(`erlc: ${stdout}`);
    return new Otp(folder, releaseName());
  }

  /** Every configuration of a work. */
  contenders(work: OtpWork): Contender[] {
    const { module, ways, options, oneScheduler = false, flags = [] } = work;
    const found: Contender[] = [];
    for (const scheduler of oneScheduler ? SCHEDULERS.slice(0, 1) : SCHEDULERS) {
      for (const { name: way, argument } of entries(ways)) {
        for (const process of OPTIONS) {
          if (options !== undefined && !options.includes(process.name)) continue;
          const name = [scheduler.name, way, process.name].filter((part) => part !== "").join(", ");
          const call = `${module}:main(${argument}, ${process.options}), halt().`;
          const words = [
            ...scheduler.flags,
            ...flags,
            "-noshell",
            "-noinput",
            "-pa",
            this.#folder,
            "-eval",
            call,
          ];
          found.push({ name, run: () => runProgram("erl", words, scheduler.cores) });
        }
      }
    }
    return found;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function entries(ways: OtpWork["ways"]): readonly { readonly name: string; readonly argument: string }[] {
  return Object.entries(ways).map(([name, argument]) => ({ name, argument }));
}

/** For example `25 (erts 13.1.5, jit)`. */
function releaseName(): string {
  const ask =
    'io:format("~s (erts ~s, ~s)", [erlang:system_info(otp_release), erlang:system_info(version), erlang:system_info(emu_flavor)]), halt().';
  return spawnSync("erl", ["-noshell", "-noinput", "-eval", ask], { encoding: "utf8" }).stdout;
}
