/**
 * A process beside a party that has time limits to keep: it says what the party's cell knows, when the party
 * itself is silent. It runs in the top band, so it answers within the longest slice of the cell.
 */
import type { Body } from "../process/cell-contract.ts";
import type { Pid } from "../process/pid.ts";
import type { TestifyMessage, TestimonyMessage } from "./conversation-messages.ts";
import type { Ledger } from "./ledger.ts";
import { hasWaitingWord, runFigures } from "./run-figures.ts";

/** Ends when the party ends, and when it is told `dismiss`. */
export function witness(party: Pid, ledger: Ledger): Body<[], TestifyMessage | { readonly type: "dismiss" }> {
  return function* contractWitness(self) {
    self.monitor(party);
    /** A message that the party had not taken when it was first asked for. */
    let waits: { readonly said: number; readonly sinceUs: number; readonly readyUs: number } | undefined;
    for (;;) {
      const message = yield* self.receive(["testify", "dismiss", "down"]);
      if (message.type !== "testify") return;
      const { talk, from, question, said } = message;
      const nowUs = self.nowUs();
      const figures = runFigures(party, nowUs);
      if (figures === undefined) return;
      const { readyUs } = figures;
      const taken = ledger.heardSeq >= said;
      if (taken) waits = { said, sinceUs: ledger.sinceUs, readyUs: ledger.sinceReadyUs };
      else if (waits?.said !== said) waits = { said, sinceUs: nowUs, readyUs };
      const testimony: TestimonyMessage = {
        type: "testimony",
        talk,
        question,
        spoke: ledger.spokeSeq,
        lost: !taken && (!hasWaitingWord(party, talk) || ledger.lostSomething(figures.dropped)),
        ownUs: nowUs - waits.sinceUs - (readyUs - waits.readyUs),
        readyUs: readyUs - ledger.spokeReadyUs,
      };
      self.send(from, testimony);
    }
  };
}
