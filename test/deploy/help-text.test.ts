import * as assert from "uvu/assert";
import { helpSections, noVerbText, usageText } from "../../deploy/cli/help-text.ts";
import { spec } from "../harness/spec.ts";

spec("help says what a verb does, and calls nothing a default that is turned off by its option", () => {
  const options = {
    title: "Options",
    body: "  --no-try     Not here (default: true)\n  --lines <n>  200 (default: true)",
  };
  const all = [{ body: "holdfast/1" }, options, { title: "For more info, run any", body: "  $ holdfast x" }];
  const [head, what, shown, exit, ...more] = helpSections(all, "Make a release");
  assert.equal([head?.body, what?.body], ["holdfast/1", "Make a release"]);
  assert.is(shown?.body, "  --no-try     Not here\n  --lines <n>  200 (default: true)");
  assert.equal([exit?.title, more], ["Exit codes", []]);
});

spec("what is not understood is told as it was written, with where to look", () => {
  assert.is(
    usageText("Unknown option `--mqttPrt`", "run"),
    "Unknown option --mqtt-prt; see holdfast run --help",
  );
  assert.is(usageText("Unused args: `x`", undefined), "Unused args: `x`; see holdfast --help");
  assert.is(
    usageText("Unknown option `--mqttPrt`", "run", ["--http-port", "--mqtt-port"]),
    "Unknown option --mqtt-prt; did you mean --mqtt-port? See holdfast run --help",
  );
  assert.is(
    usageText("missing required args for command `shell <board>`", "shell"),
    "too few words: holdfast shell <board>; see holdfast shell --help",
  );
});

spec("a verb that there is not is told with the one that was meant", () => {
  const verbs = ["push", "status"];
  assert.is(noVerbText("pusj", verbs), 'no command "pusj"; did you mean push? See holdfast --help');
  assert.is(noVerbText("fly", verbs), 'no command "fly"; see holdfast --help');
});
