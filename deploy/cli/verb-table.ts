/** What of the command line's library the verbs need, and options that several of them have. */

/** Takes verbs, each by its words and what it does. */
export interface VerbTable {
  command(words: string, description: string): Verb;
}

/** One verb. */
export interface Verb {
  option(words: string, description: string): Verb;
  example(words: string): Verb;
  action(run: (...words: never[]) => unknown): Verb;
}

/** As it is written, and what it means. */
export type OptionWords = readonly [words: string, description: string];

/** Of verbs that speak with a broker: which one, how it is reached, and below which topics boards are. */
const TO_BROKER: readonly OptionWords[] = [
  [
    "--mqtt-root <topic>",
    "First levels of its topics, HOLDFAST_MQTT_ROOT (default: mqtt.root of the configuration here)",
  ],
  ["--url <url>", "Broker of the board (default: mqtt://127.0.0.1 and HOLDFAST_MQTT_PORT or 1883)"],
  ["--credentials <file>", "Login at that broker, mode 0600, HOLDFAST_CREDENTIALS"],
  ["--ca <file>", "Authority of its certificate (mqtts://), HOLDFAST_CA"],
  ["--cert <file>", "Own certificate where it asks for one, HOLDFAST_CERT"],
  ["--key <file>", "The key of that, mode 0600, HOLDFAST_KEY"],
];
/** Which of the boards at that broker. */
const WHICH: OptionWords = ["--board <id>", "Which board (default: the only one online)"];
/** Of verbs that ask a board over its page. */
const AT_PAGE: readonly OptionWords[] = [
  ["--page <url>", "Page of the board (default: http://127.0.0.1 and HOLDFAST_HTTP_PORT or 8080)"],
];

/** A verb with more options; gives the same verb. */
export function withOptions<Given extends Pick<Verb, "option">>(
  verb: Given,
  options: readonly OptionWords[],
): Given {
  for (const [words, description] of options) verb.option(words, description);
  return verb;
}

/** A verb that reaches a broker, and has its own word for the board (`boardFlags`); gives the same verb. */
export function toBroker<Given extends Pick<Verb, "option">>(verb: Given): Given {
  return withOptions(verb, TO_BROKER);
}

/** A verb that asks or commands one board, or the only one, over its broker (`boardFlags`); gives the same verb. */
export function atBroker<Given extends Pick<Verb, "option">>(verb: Given): Given {
  return toBroker(withOptions(verb, [WHICH]));
}

/** A verb that asks a board's page (`operatorFlags`); gives the same verb. */
export function atPage<Given extends Pick<Verb, "option">>(verb: Given): Given {
  return withOptions(verb, AT_PAGE);
}

/** Options as a page of help lists them: what the verb does before how the board is reached. `rawName`: as it is written. */
export function ownFirst<Option extends { readonly rawName: string }>(options: readonly Option[]): Option[] {
  const shared = new Set([WHICH, ...TO_BROKER, ...AT_PAGE].map(([words]) => words));
  const isShared = ({ rawName }: Option) => shared.has(rawName);
  return [...options.filter((option) => !isShared(option)), ...options.filter(isShared)];
}
