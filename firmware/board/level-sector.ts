/**
 * The file of boot levels as it lies on the boot partition: 512 bytes, always, so that it is one sector of a card and is
 * written over where it lies. No entry of a FAT changes then, and nothing else on the partition can be lost.
 *
 * Each line of the header has a place of its own in it, whether it has a level or not:
 *
 *     gpio=17=op,dl        the firmware drives it low
 *     # GPIO18             the firmware leaves it as a reset does: a resistor decides
 *
 * A power cut may leave the beginning of a new sector before the rest of the old one. `levelSteps` therefore comes from one
 * table to another in up to three writes, each of which a cut at any byte turns into comments at worst: lines that change
 * lose their first letter, then get their new text behind the `#`, then their first letter. So whatever is found at a boot,
 * each line is as before, as after, or left alone.
 */

/** By the number of a line: `op,dl`, `op,dh`, `ip,pu`, `ip,pd`, `ip,pn`. */
export type BootLevels = ReadonlyMap<number, string>;

/** What a table is for: `onTrial`, two releases that may boot, and lines that they disagree on are left out. */
export type LevelState = "settled" | "onTrial";

export const LEVEL_BYTES = 512;

/** Lines of the 40-pin header: GPIO0 to GPIO27. */
const LINES = 28;
/** The firmware reads no further than 98 characters of a line (Raspberry Pi documentation, "config.txt", file format). */
const NAME = "# holdfast boot-levels: from power-up on. 512 bytes, written over in place.\n";
const STATES: Readonly<Record<LevelState, string>> = {
  settled: "# settled                   \n",
  onTrial: "# a release is on trial     \n",
};
const COMMENT = "#";

/** Exactly `LEVEL_BYTES`. Throws RangeError for a line beyond the header or options of another length: a defect. */
export function encodeLevels(levels: BootLevels, state: LevelState): Buffer {
  for (const [number, options] of levels) {
    if (number < 0 || number >= LINES || options.length !== "op,dl".length)
      throw new RangeError(`no line of the header and its options: GPIO${number}, ${options}`);
  }
  const places = Array.from({ length: LINES }, (_, number) => placeOf(number, levels.get(number)));
  const text = NAME + STATES[state] + places.join("");
  const rest = LEVEL_BYTES - text.length - 1;
  return Buffer.from(`${text}${COMMENT.padEnd(rest, ".")}\n`, "latin1");
}

/** The levels of such a file; undefined: it is of another kind, or cut short. Lines that are no commands are left out. */
export function decodeLevels(bytes: Uint8Array): BootLevels | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (text.length !== LEVEL_BYTES || !text.startsWith(NAME)) return undefined;
  return new Map(
    [...text.matchAll(/^gpio=(\d+)=(\S+)$/gm)].map(([, number, options]) => [Number(number), options!]),
  );
}

/** Whether the file says that a release is on trial. */
export function isOnTrial(text: string): boolean {
  return text.includes(STATES.onTrial);
}

/**
 * Sectors to write one after the other, each on the card before the next; none where `from` is right already. `from`: what
 * lies there, of this kind.
 */
export function levelSteps(from: Uint8Array, to: Uint8Array): readonly Buffer[] {
  const steps: Buffer[] = [];
  let last: Buffer = Buffer.from(from);
  const write = (sector: Buffer) => {
    if (!sector.equals(last)) steps.push(sector);
    last = sector;
  };
  const changed = changedPlaces(from, to);
  write(commented(from, changed));
  write(commented(to, changed));
  write(Buffer.from(to));
  return steps;
}

/** What may be driven whichever of two releases boots: what both ask for, and what only one of them names. */
export function agreedLevels(one: BootLevels, other: BootLevels): BootLevels {
  const both = [...one, ...other].filter(
    ([number, options]) => (one.get(number) ?? options) === (other.get(number) ?? options),
  );
  return new Map(both.toSorted(([a], [b]) => a - b));
}

function placeOf(number: number, options: string | undefined): string {
  const length = `gpio=${number}=op,dl`.length;
  return `${(options === undefined ? `${COMMENT} GPIO${number}` : `gpio=${number}=${options}`).padEnd(length)}\n`;
}

/** Where the places of lines begin that are not the same in both. */
function changedPlaces(from: Uint8Array, to: Uint8Array): readonly number[] {
  const changed: number[] = [];
  let at = NAME.length + STATES.settled.length;
  for (let number = 0; number < LINES; number++) {
    const { length } = placeOf(number, undefined);
    const [one, other] = [from, to].map((bytes) => bytes.subarray(at, at + length));
    if (Buffer.compare(one!, other!) !== 0) changed.push(at);
    at += length;
  }
  return changed;
}

function commented(sector: Uint8Array, places: readonly number[]): Buffer {
  const copy = Buffer.from(sector);
  for (const at of places) copy.write(COMMENT, at, "latin1");
  return copy;
}
