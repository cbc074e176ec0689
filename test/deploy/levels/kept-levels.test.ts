import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, throws } from "uvu/assert";
import { FolderLevels } from "../../../deploy/levels/folder-levels.ts";
import { levelsOfBoth, settleLevels } from "../../../deploy/levels/kept-levels.ts";
import type { LevelPlace } from "../../../deploy/levels/level-place.ts";
import { decodeLevels, encodeLevels } from "../../../firmware/board/level-sector.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const OLD = new Map([
  [6, "op,dh"],
  [17, "op,dl"],
]);
/** GPIO6 flips, GPIO17 stays, GPIO22 is new. */
const NEW = new Map([
  [6, "op,dl"],
  [17, "op,dl"],
  [22, "op,dl"],
]);

/** A partition in memory; after `failsAfter` writes it takes no more. */
class Sector implements LevelPlace {
  readonly where = "memory";
  writes = 0;
  #bytes: Uint8Array;
  #failsAfter: number;

  constructor(bytes: Uint8Array, failsAfter = Number.POSITIVE_INFINITY) {
    this.#bytes = bytes;
    this.#failsAfter = failsAfter;
  }

  read(): Uint8Array {
    return this.#bytes;
  }

  write(steps: readonly Uint8Array[]): void {
    for (const step of steps) {
      if (this.writes++ >= this.#failsAfter) throw new Error("EIO: i/o error, write");
      this.#bytes = step;
    }
  }

  get driven(): string {
    return [...decodeLevels(this.#bytes)!].map(([line, options]) => `${line}=${options}`).join(" ");
  }
}

spec(
  "from one release to another a line that flips is nobody's until the trial is over, whichever way",
  () => {
    for (const after of [NEW, OLD]) {
      const sector = new Sector(encodeLevels(OLD, "settled"));
      is(levelsOfBoth(sector, OLD, NEW), "written");
      is(sector.driven, "17=op,dl 22=op,dl");
      is(settleLevels(sector, after), "written");
      is(sector.driven, after === NEW ? "6=op,dl 17=op,dl 22=op,dl" : "6=op,dh 17=op,dl");
      is(settleLevels(sector, after), "asItWas");
    }
  },
);

spec("a release with the same levels writes nothing to the boot partition, ever", () => {
  const sector = new Sector(encodeLevels(OLD, "settled"));
  is(levelsOfBoth(sector, OLD, new Map(OLD)), "asItWas");
  is(settleLevels(sector, OLD), "asItWas");
  is(sector.writes, 0);
});

spec(
  "a card that fails between two writes leaves what both want, says so, and is put right by the next try",
  () => {
    for (let writes = 0; writes < 3; writes++) {
      const sector = new Sector(encodeLevels(OLD, "settled"), writes);
      throws(
        () => levelsOfBoth(sector, OLD, NEW),
        /boot levels cannot be kept on memory: EIO: i\/o error, write; root may write there/,
      );
      is(/6=op,dl/.test(sector.driven), false);
      const again = new Sector(sector.read());
      levelsOfBoth(again, OLD, NEW);
      is(again.driven, "17=op,dl 22=op,dl");
    }
  },
);

/** A boot partition that is mounted. */
function folder(t: SpecContext, config: string, levels?: string | Uint8Array) {
  const path = mkdtempSync(join(tmpdir(), "holdfast-levels-"));
  t.defer(() => rmSync(path, { recursive: true }));
  writeFileSync(join(path, "config.txt"), config);
  if (levels !== undefined) writeFileSync(join(path, "holdfast-gpio.txt"), levels);
  return { place: new FolderLevels(path), file: join(path, "holdfast-gpio.txt") };
}

spec(
  "on a partition that is mounted the file is written over in place, and one of another length is replaced",
  (t) => {
    const included = "[all]\ninclude holdfast-gpio.txt\n";
    const { place, file } = folder(t, included, encodeLevels(OLD, "settled"));
    is(settleLevels(place, NEW), "written");
    equal(readFileSync(file), encodeLevels(NEW, "settled"));
    const older = folder(t, included, "gpio=6=op,dh\n");
    is(settleLevels(older.place, OLD), "written");
    equal(readFileSync(older.file), encodeLevels(OLD, "settled"));
    is(existsSync(`${older.file}.new`), false);
  },
);

spec("where nobody asked for levels from power-up on, none are written", (t) => {
  const { place, file } = folder(t, "gpio=17=op,dl # by hand\n");
  is(settleLevels(place, NEW), "none");
  is(existsSync(file), false);
  const apart = folder(t, "# include holdfast-gpio.txt\n", "gpio=6=op,dh\n");
  is(settleLevels(apart.place, NEW), "none");
  is(readFileSync(apart.file, "utf8"), "gpio=6=op,dh\n");
});
