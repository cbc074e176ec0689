import { meantFirst, nearest } from "../nearest.ts";

/** What `cac` prints for `--help` and for words that it does not know, as people should read it. */
export interface HelpSection {
  title?: string;
  body: string;
}

const EXIT_CODES: HelpSection = {
  title: "Exit codes",
  body: "  0 done   1 failed   2 wrong usage or configuration   3 refused by the board   4 no board reached",
};

/**
 * The sections of a page of help: what its verb does first (`description`; undefined on the page of all verbs), no line a verb to say that
 * it has help, and no `default: true` behind an option that turns something off.
 */
export function helpSections(sections: readonly HelpSection[], description?: string): HelpSection[] {
  const [head, ...rest] = sections
    .filter(({ title }) => title?.startsWith("For more info") !== true)
    .map(({ body, ...section }) => ({ ...section, body: withoutDefaults(body) }));
  const intro = description ?? "Of one verb: holdfast <command> --help";
  return [...(head === undefined ? [] : [head]), { body: intro }, ...rest, EXIT_CODES];
}

function withoutDefaults(body: string): string {
  return body.replaceAll(/^( +--no-.*?) *\(default: true\)$/gm, "$1");
}

/**
 * What `cac` found wrong (`Unknown option`, `missing required args`, `Unused args`) as people should read it: options as they are written,
 * the one that was meant (of `options`, written so, too), and where to look.
 */
export function usageText(
  message: string,
  verb: string | undefined,
  options: readonly string[] = [],
): string {
  let near: string | undefined;
  const written = message
    .replace(/missing required args for command `(.*)`/, "too few words: holdfast $1")
    .replaceAll(/`--?(\w+)`/g, (_, name: string) => {
      const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      near = nearest(option, options) ?? near;
      return option;
    });
  const help = `see holdfast ${verb === undefined ? "" : `${verb} `}--help`;
  return `${written}; ${meantFirst(near, help)}`;
}

/** What is said of a verb that there is not. */
export function noVerbText(word: string, verbs: readonly string[]): string {
  return `no command "${word}"; ${meantFirst(nearest(word, verbs), "see holdfast --help")}`;
}
