/** The `holdfast` command line: reads the words, calls the verb, turns its end into an exit code. */

import { cac } from "cac";
import { endProcess, endsAtOnce } from "../board/end-process.ts";
import { VERSION } from "../board/version.ts";
import { addAskVerbs } from "./ask-verbs.ts";
import { addCardVerbs } from "./card-verbs.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { helpSections, noVerbText, usageText } from "./help-text.ts";
import { addKeysVerb } from "./keys-verb.ts";
import { addLevelVerb } from "./level-verb.ts";
import { addLookVerbs } from "./look-verbs.ts";
import { addOperateVerbs } from "./operate-verbs.ts";
import { addReleaseVerbs } from "./release-verbs.ts";
import { addRunVerbs } from "./run-verbs.ts";
import { addUpdateVerbs } from "./update-verbs.ts";
import { ownFirst } from "./verb-table.ts";

endsAtOnce();
const cli = cac("holdfast");

addRunVerbs(cli);
addCardVerbs(cli);
addReleaseVerbs(cli);
addUpdateVerbs(cli);
addOperateVerbs(cli);
addLevelVerb(cli);
addAskVerbs(cli);
addKeysVerb(cli);
addLookVerbs(cli);
for (const command of cli.commands) command.options = ownFirst(command.options);
cli.option("--json", "Print JSON, one object a line");
cli.help((sections) => helpSections(sections, cli.matchedCommand?.description));
cli.version(VERSION);

/** A board goes on, whether anybody reads its log or not, and so does who brings it a release: while that comes its pusher is missed by itself. */
const UNHEARD = ["run", "receive"];
// Who reads along has enough (`holdfast check | head`): an end, no failure. Once: what is written on the way out fails as well.
let isEnding = false;
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (isEnding || UNHEARD.includes(cli.matchedCommandName ?? "")) return;
    isEnding = true;
    void endProcess();
  });
try {
  cli.parse(process.argv, { run: false });
  if (cli.matchedCommand === undefined && cli.options.help !== true && cli.options.version !== true) {
    const [word] = cli.args;
    const verbs = cli.commands.map(({ name }) => name);
    if (word !== undefined) throw new CliError(EXIT.usage, noVerbText(word, verbs));
    cli.outputHelp();
    process.exitCode = EXIT.usage;
  } else {
    await cli.runMatchedCommand();
  }
} catch (error) {
  const json = process.argv.includes("--json");
  const fromCac = error instanceof Error && error.name === "CACError";
  const said = error instanceof Error ? error.message : String(error);
  const options = [...(cli.matchedCommand?.options ?? []), ...cli.globalCommand.options];
  const names = options.map(({ rawName }) => /--[\w-]+/.exec(rawName)?.[0] ?? "");
  const message = fromCac ? usageText(said, cli.matchedCommandName, names) : said;
  process.stderr.write(json ? `${JSON.stringify({ error: message })}\n` : `holdfast: ${message}\n`);
  const usage = error instanceof RangeError || fromCac;
  process.exitCode = error instanceof CliError ? error.exitCode : usage ? EXIT.usage : EXIT.failed;
}
