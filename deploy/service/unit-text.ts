/** One line of a unit file, or a comment for who reads it. */
export type UnitLine = readonly [key: string, value: string] | { readonly note: string };

export interface UnitSection {
  readonly name: string;
  readonly lines: readonly UnitLine[];
}

/** A unit file as systemd.syntax(7) has it. */
export function unitText(sections: readonly UnitSection[]): string {
  const line = (entry: UnitLine) => ("note" in entry ? `# ${entry.note}` : `${entry[0]}=${entry[1]}`);
  return `${sections.map(({ name, lines }) => [`[${name}]`, ...lines.map(line)].join("\n")).join("\n\n")}\n`;
}

/**
 * A word of a command line or an assignment: quoted, with what systemd would replace in it doubled
 * (systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers").
 */
export function unitWord(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  return `"${escaped}"`;
}

/** As `unitWord`, where variables are replaced, too. */
export function commandWord(word: string): string {
  return unitWord(word).replaceAll("$", "$$$$");
}
