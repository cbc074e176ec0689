/**
 * The terminal as a picture that changes in place: its second screen, no cursor, keys as they are pressed. However the
 * program ends, the terminal is given back as it was found.
 *
 * Escape sequences of ECMA-48 and xterm that every terminal in use knows; no library.
 */
import { terminalKeys } from "./terminal-keys.ts";
import type { Line, Size } from "./top-frame.ts";

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[0m\u001b[?25h\u001b[?1049l";
const STYLES: Readonly<Record<Line["tone"], string>> = {
  plain: "",
  title: "\u001b[1m",
  head: "\u001b[7m",
  warn: "\u001b[33m",
  bad: "\u001b[31m",
  foot: "\u001b[2m",
};
const COLOURS: readonly Line["tone"][] = ["warn", "bad"];

export interface LiveScreenEvents {
  key(name: string): void;
  /** The picture has to be drawn again: another size, or back from the background. */
  redraw(): void;
  /** Ctrl-C, or the system wants the program to end. */
  end(): void;
}

export class LiveScreen {
  readonly #out: NodeJS.WriteStream;
  readonly #in: NodeJS.ReadStream;
  readonly #events: LiveScreenEvents;
  readonly #colours: boolean;
  #open = false;

  /** Takes the terminal. `colours`: false writes none (no-color.org). */
  constructor(events: LiveScreenEvents, { colours }: { readonly colours: boolean }) {
    this.#out = process.stdout;
    this.#in = process.stdin;
    this.#events = events;
    this.#colours = colours;
    process.on("exit", this.#leave);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, this.#end);
    process.on("SIGCONT", this.#back);
    this.#out.on("resize", this.#events.redraw);
    this.#in.on("data", this.#data);
    this.#enter();
  }

  /** 80 by 24 where the terminal does not know (a serial line says 0). */
  get size(): Size {
    return { columns: this.#out.columns || 80, rows: this.#out.rows || 24 };
  }

  draw(lines: readonly Line[]): void {
    if (!this.#open) return;
    const { columns, rows } = this.size;
    const painted = lines.slice(0, rows).map((line) => this.#paint(line, columns));
    // Each line is written over and its rest cleared, then what is below: nothing flickers.
    this.#out.write(`\u001b[H${painted.join("\u001b[K\r\n")}\u001b[K\u001b[J`);
  }

  /** Gives the terminal back. */
  close(): void {
    this.#leave();
    process.off("exit", this.#leave);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, this.#end);
    process.off("SIGCONT", this.#back);
    this.#out.off("resize", this.#events.redraw);
    this.#in.off("data", this.#data);
    this.#in.pause();
  }

  #paint({ text, tone }: Line, columns: number): string {
    const style = !this.#colours && COLOURS.includes(tone) ? "" : STYLES[tone];
    // A head is a bar over the whole width, short of the last column: writing there may wrap.
    const shown = tone === "head" ? text.padEnd(columns - 1).slice(0, columns - 1) : text.slice(0, columns);
    return style === "" ? shown : `${style}${shown}\u001b[0m`;
  }

  #enter(): void {
    this.#open = true;
    if (this.#in.isTTY) this.#in.setRawMode(true);
    this.#in.resume();
    this.#out.write(ENTER);
  }

  readonly #leave = (): void => {
    if (!this.#open) return;
    this.#open = false;
    if (this.#in.isTTY) this.#in.setRawMode(false);
    this.#out.write(LEAVE);
  };

  readonly #end = (): void => this.#events.end();

  readonly #back = (): void => {
    if (this.#open) return;
    this.#enter();
    this.#events.redraw();
  };

  readonly #data = (bytes: Buffer): void => {
    for (const key of terminalKeys(bytes.toString("utf8"))) {
      if (key === "ctrl-c") this.#events.end();
      else if (key === "ctrl-z") {
        this.#leave();
        process.kill(process.pid, "SIGTSTP");
      } else this.#events.key(key);
    }
  };
}
