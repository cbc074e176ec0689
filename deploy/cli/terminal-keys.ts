/** Keys out of the bytes that a terminal sends: letters as themselves, arrows and the rest by name. */
const ESCAPE = "\u001b";
const NAMED: Readonly<Record<string, string>> = {
  "\u0003": "ctrl-c",
  "\u001a": "ctrl-z",
  "\t": "tab",
  [`${ESCAPE}[A`]: "up",
  [`${ESCAPE}[B`]: "down",
  [`${ESCAPE}[C`]: "right",
  [`${ESCAPE}[D`]: "left",
  [`${ESCAPE}OA`]: "up",
  [`${ESCAPE}OB`]: "down",
  [`${ESCAPE}OC`]: "right",
  [`${ESCAPE}OD`]: "left",
  ">": "right",
  "<": "left",
};

/** In the order they came; what has no name here and is no letter is left out. */
export function terminalKeys(text: string): readonly string[] {
  const keys: string[] = [];
  for (let at = 0; at < text.length; ) {
    const piece = text.slice(at, at + lengthAt(text, at));
    at += piece.length;
    const name = NAMED[piece] ?? (piece.length === 1 && piece >= " " && piece <= "~" ? piece : undefined);
    if (name !== undefined) keys.push(name);
  }
  return keys;
}

/** ESC O takes one more, ESC [ all up to its final byte, "@" to "~" (ECMA-48 5.4); anything else stands for itself. */
function lengthAt(text: string, at: number): number {
  if (text[at] !== ESCAPE) return 1;
  if (text[at + 1] === "O") return 3;
  if (text[at + 1] !== "[") return 1;
  let end = at + 2;
  while (end < text.length && !(text[end]! >= "@" && text[end]! <= "~")) end++;
  return end + 1 - at;
}
