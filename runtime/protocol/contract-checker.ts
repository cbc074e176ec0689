/**
 * A contract checker that stands between two parties which know nothing of it (Armstrong's UBF): each party
 * holds the pid of its end of the checker in place of the other party's, and speaks plain messages.
 *
 *   const ends = startContractChecker(self, meter, { client: a, meter: b });
 *   // a is told to speak to ends.client, b to ends.meter
 *
 * One process an end, because only by the pid that a message came to it is known who said it. Both ends walk
 * one view: messages that may cross commute, so any order in which they arrive is as good as another. The pid
 * of a party in its message becomes the pid of the end that stands for it, so that an answer to `from` comes
 * back the same way. A party that breaks the contract is stopped; both ends end with the report, as they end
 * with the reason of a party that ends. Time limits are judged best in the cell of the party that has to keep
 * them: start the checker there.
 */
import type { Body } from "../process/cell-contract.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Pid, samePid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";
import { type ContractReport, contractReport, lateReport } from "./contract-report.ts";
import type { CompiledState, Protocol, SideNumber } from "./declare-protocol.ts";
import { PeerWatch } from "./peer-watch.ts";
import type { ProtocolSpec, Side } from "./protocol.ts";
import { runFigures } from "./run-figures.ts";
import { stopParty } from "./stop-party.ts";
import { View } from "./view.ts";

/** Told of time limits for which no party is to blame. */
export type MissSink = (report: ContractReport) => void;

/** What both ends share. */
interface Between {
  readonly protocol: Protocol;
  readonly view: View;
  readonly parties: readonly [Pid, Pid];
  readonly ends: Pid[];
  /** The limit that runs, of whichever party. */
  watch: PeerWatch | undefined;
  readonly onMiss: MissSink;
}

/** How long messages that wait in front of an end may take to be looked at before a limit is judged, us. */
const LOOK_AGAIN_US = 1000;

/** Starts both ends in the caller's cell. Each is for the party of that side to speak to. */
export function startContractChecker<P extends ProtocolSpec>(
  self: Pick<Self, "spawn">,
  protocol: Protocol<P>,
  parties: Readonly<Record<Side<P>, Pid>>,
  onMiss: MissSink = () => {},
): Readonly<Record<Side<P>, Pid>> {
  const [first, second] = protocol.spec.sides as readonly [Side<P>, Side<P>];
  const between: Between = {
    protocol,
    view: new View(protocol),
    parties: [parties[first], parties[second]],
    ends: [],
    watch: undefined,
    onMiss,
  };
  const start = (side: SideNumber, name: string) =>
    self.spawn(contractEnd(between, side), [], { label: `contract ${protocol.spec.name} ${name}` });
  between.ends.push(start(0, first), start(1, second));
  return { [first]: between.ends[0], [second]: between.ends[1] } as Record<Side<P>, Pid>;
}

function contractEnd(between: Between, side: SideNumber): Body<[], unknown> {
  const { protocol, view, parties, ends, onMiss } = between;
  const other = side === 0 ? 1 : 0;
  const party = parties[side];
  return function* contractChecker(self) {
    const ref = self.monitor(party);
    self.link(ends[other]!);
    if (side === 0) entered(self, between, undefined, 1);
    const end = (reason: ExitReason) => {
      self.exit(ends[other]!, reason);
      self.exit(self.pid, reason);
    };
    for (;;) {
      const untilUs = between.watch?.dueUs ?? Number.POSITIVE_INFINITY;
      const message = yield* self.receive(undefined, { untilUs });
      if (message === undefined) {
        const late = judge(self, between, side);
        if (late === undefined) continue;
        if (late.blame !== "peer") onMiss(late);
        else {
          stopParty(self, parties[late.side === protocol.spec.sides[0] ? 0 : 1], late);
          return end({ contract: late });
        }
      } else if (isDown(message, ref)) {
        const { reason } = message;
        return end(reason === "normal" ? { shutdown: `${protocol.spec.sides[side]} ended` } : reason);
      } else {
        const before = view.state;
        const breach = view.step(side, message);
        if (breach !== undefined) {
          const report = contractReport(protocol.spec, breach, side, party, message);
          stopParty(self, party, report);
          return end({ contract: report });
        }
        entered(self, between, before, side);
        replacePid(message as Record<string, unknown>, party, ends[other]!);
        self.send(parties[other], message);
        if (view.state.final) return end({ shutdown: `${protocol.spec.name} is over` });
      }
    }
  };
}

/** `sayer` has brought the view into its state: whose limit runs now? */
function entered(
  self: Pick<Self, "pid" | "nowUs" | "send">,
  between: Between,
  before: CompiledState | undefined,
  sayer: SideNumber,
): void {
  const { state } = between.view;
  const { limit } = state;
  if (limit === undefined) {
    between.watch = undefined;
  } else if (state !== before || sayer === limit.side) {
    between.watch = new PeerWatch(self, between.parties[limit.side], "", undefined);
    between.watch.begin(limit.us);
  }
}

/** A limit may have passed: the report, when somebody or something is to blame. */
function judge(self: Pick<Self, "nowUs">, between: Between, side: SideNumber): ContractReport | undefined {
  const { watch, view, protocol, parties, ends } = between;
  const obliged = view.state.limit?.side;
  if (watch === undefined || obliged === undefined || self.nowUs() < watch.dueUs) return undefined;
  if (obliged !== side && runFigures(ends[obliged]!, self.nowUs())!.waiting > 0) {
    watch.postpone(LOOK_AGAIN_US);
    return undefined;
  }
  const blame = watch.expire(0);
  if (blame === undefined) return undefined;
  return lateReport(protocol.spec, view.state, obliged, parties[obliged], watch, blame);
}

function isDown(message: unknown, ref: number): message is { readonly reason: ExitReason } {
  const { type, ref: of } = message as { readonly type?: unknown; readonly ref?: unknown };
  return type === "down" && of === ref;
}

/** The message is this process's own copy. */
function replacePid(message: Record<string, unknown>, party: Pid, end: Pid): void {
  for (const key in message) {
    const value = message[key];
    if (value instanceof Pid && samePid(value, party)) message[key] = end;
  }
}
