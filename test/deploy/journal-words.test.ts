import { equal, is, match } from "uvu/assert";
import { journalProblem, journalWords } from "../../deploy/cli/logs.ts";
import { spec } from "../harness/spec.ts";

spec("the journal is asked for the units of a board, by seconds since 1970", () => {
  const words = journalWords({ follow: true, lines: 50, since: "2026-11-26T03:05:12.700Z" });
  equal(words, [
    ...["--no-pager", "--output", "json", "--lines", "50"],
    ...["--unit", "holdfast.service", "--unit", "holdfast-boot.service"],
    ...["--unit", "holdfast-trial.service", "--unit", "holdfast-receive.service"],
    ...["--since", "@1795662312", "--follow"],
  ]);
  is(journalWords({ follow: false, lines: 1 }).includes("--follow"), false);
});

spec("a journal that says nothing is explained: no rights, an error, or no board there", () => {
  const hint = "Hint: You are currently not seeing messages from other users and the system.";
  match(journalProblem(0, hint), "sudo usermod -a -G systemd-journal $USER");
  match(
    journalProblem(1, "No journal files were opened due to insufficient permissions."),
    "systemd-journal",
  );
  is(journalProblem(1, "Failed to parse timestamp\n"), "journalctl ended with 1: Failed to parse timestamp");
  match(journalProblem(0, ""), "has no line of a board in that time");
});
