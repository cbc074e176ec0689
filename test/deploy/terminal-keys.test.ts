import * as assert from "uvu/assert";
import { terminalKeys } from "../../deploy/cli/terminal-keys.ts";
import { spec } from "../harness/spec.ts";

const ESC = "\u001b";

spec("letters are themselves, arrows have names in both modes of a terminal", () => {
  assert.equal(terminalKeys(`q${ESC}[A${ESC}OB${ESC}[C<>\t`), [
    "q",
    "up",
    "down",
    "right",
    "left",
    "right",
    "tab",
  ]);
});

spec("several keys may come at once, and what has no name is left out whole", () => {
  // F5, a mouse report's start, Alt-x, an umlaut.
  assert.equal(terminalKeys(`n${ESC}[15~m`), ["n", "m"]);
  assert.equal(terminalKeys(`${ESC}[1;5Dw`), ["w"], "with Ctrl it is another key");
  assert.equal(terminalKeys("äl\u0001"), ["l"]);
  assert.equal(terminalKeys(`${ESC}`), []);
  assert.equal(terminalKeys(`${ESC}[`), []);
});

spec("Ctrl-C and Ctrl-Z come as keys, because the terminal sends no signals then", () => {
  assert.equal(terminalKeys("\u0003\u001a"), ["ctrl-c", "ctrl-z"]);
});
