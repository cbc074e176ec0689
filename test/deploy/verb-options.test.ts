import { equal, is, ok } from "uvu/assert";
import { addAskVerbs } from "../../deploy/cli/ask-verbs.ts";
import { addCardVerbs } from "../../deploy/cli/card-verbs.ts";
import { addKeysVerb } from "../../deploy/cli/keys-verb.ts";
import { addLevelVerb } from "../../deploy/cli/level-verb.ts";
import { addLookVerbs } from "../../deploy/cli/look-verbs.ts";
import { addOperateVerbs } from "../../deploy/cli/operate-verbs.ts";
import { addReleaseVerbs } from "../../deploy/cli/release-verbs.ts";
import { addRunVerbs } from "../../deploy/cli/run-verbs.ts";
import { addUpdateVerbs } from "../../deploy/cli/update-verbs.ts";
import { ownFirst, type Verb, type VerbTable } from "../../deploy/cli/verb-table.ts";
import { spec } from "../harness/spec.ts";

/** Each verb with its options, as they are named. */
function verbs(): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, string[]>();
  const cli: VerbTable = {
    command(words) {
      const options: string[] = [];
      known.set(words.split(" ")[0]!, options);
      const verb: Verb = {
        option: (option) => {
          options.push(/--(?:no-)?([\w-]+)/.exec(option)![1]!);
          return verb;
        },
        example: () => verb,
        action: () => verb,
      };
      return verb;
    },
  };
  const all = [
    ...[addRunVerbs, addCardVerbs, addReleaseVerbs, addUpdateVerbs, addOperateVerbs],
    ...[addLevelVerb, addAskVerbs, addKeysVerb, addLookVerbs],
  ];
  for (const add of all) add(cli);
  return known;
}

/** Verbs with that option. */
function having(option: string): string[] {
  return [...verbs()].flatMap(([verb, options]) => (options.includes(option) ? [verb] : [])).sort();
}

const AT_BROKER = ["change", "clear", "get", "mode", "offer", "set", "status", "watch"];
const AT_PAGE = ["doctor", "inspect", "line", "links", "ps", "reboot", "receive", "reload", "scan"];

spec("options of a broker are offered by the verbs that speak with one, and by no other", () => {
  for (const option of ["url", "mqtt-root", "credentials", "ca", "cert"])
    equal(having(option), [...AT_BROKER, "check"].sort(), option);
  equal(having("key"), [...AT_BROKER, "check", "release"].sort(), "what signs a release is another key");
  equal(having("board"), [...AT_BROKER, "logs"].sort(), "check --against names its board, logs its crashes'");
});

spec("the address of a page is asked for where a page is asked, and nowhere else", () => {
  equal(having("page"), [...AT_PAGE, "top", "trace", "trial"].sort());
});

spec("what a verb does is listed before how its board is reached", () => {
  const options = ["--board <id>", "--url <url>", "--for <duration>", "--page <url>", "--key <files>"];
  const listed = ownFirst(options.map((rawName) => ({ rawName }))).map(({ rawName }) => rawName);
  equal(listed, ["--for <duration>", "--key <files>", "--board <id>", "--url <url>", "--page <url>"]);
});

spec("no verb has an option twice", () => {
  for (const [verb, options] of verbs()) is(new Set(options).size, options.length, verb);
  ok(verbs().size > 30);
});
