import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, throws } from "uvu/assert";
import { type CliError, EXIT } from "../../../deploy/cli/exit-code.ts";
import { offerWords } from "../../../deploy/cli/offer-words.ts";
import { makeReleaseKeys } from "../../../deploy/release/release-key.ts";
import { spec } from "../../harness/spec.ts";

spec("an offer alone needs no key; what it allows beside is sealed, by a key that is there", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-offer-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  is(offerWords({}).seal, undefined);
  const { key } = makeReleaseKeys(folder, "release");
  const { seal, allow } = offerWords({ now: true, trial: "5s", seal: key });
  equal([seal, allow], [key, { now: true, trial: "5s" }]);
  const gone = join(folder, "gone.key");
  for (const [words, what] of [
    [{ now: true, downgrade: true, seal: gone }, "an offer with now, downgrade"],
    [{ seal: gone }, "the offer"],
  ] as const)
    throws(
      () => offerWords(words),
      ({ exitCode, message }: CliError) =>
        exitCode === EXIT.failed &&
        message.startsWith(`${gone}: there is no such file; ${what} has to be sealed by`),
    );
});
