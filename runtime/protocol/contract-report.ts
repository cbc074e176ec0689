/**
 * What became of a contract that was not kept, as data: which component has failed, and how.
 *
 * It is the exit reason of the party that broke it, `{ contract: report }`, and so it stands in its crash
 * report, in the `down` messages of those who watch it, and in the log.
 */
import { inspect } from "node:util";
import type { Pid } from "../process/pid.ts";
import type { CompiledState, SideNumber } from "./declare-protocol.ts";
import type { ProtocolSpec } from "./protocol.ts";
import type { Blame } from "./time-limit.ts";
import type { Breach } from "./view.ts";

export interface ContractReport {
  readonly protocol: string;
  readonly kind:
    | Breach["kind"]
    /** Not a message of this conversation as the kernel numbers them. */
    | "forged"
    /** A time limit passed. */
    | "late"
    /** Messages were lost on the way. */
    | "lost";
  /** What failed. Only a peer is stopped. */
  readonly blame: Blame;
  /** The side that broke it, or that was waited for. */
  readonly side: string;
  /** The printed pid of that party. */
  readonly party: string;
  /** In the view of the party that said it; as the one who judges knows it. */
  readonly state: string;
  /** Tag of the message, or what was waited for. */
  readonly message: string;
  /** Place of the wrong field: `message.level`. */
  readonly path?: string;
  readonly found: string;
  readonly allowed: string;
  /** The message itself, shortened. */
  readonly said?: string;
}

/** One line for people. */
export function describeContract(report: ContractReport): string {
  const { protocol, kind, blame, side, party, state, message, path, found, allowed } = report;
  const at = `contract ${protocol}, state ${state}: ${side} ${party}`;
  switch (kind) {
    case "misfit":
      return `${at} said ${message} with ${path} ${found}; allowed: ${allowed}`;
    case "late":
      return `${at} was to say ${message}: ${found}; allowed: ${allowed}; blamed: ${blame}`;
    case "lost":
      return `${at}: ${found}; allowed: ${allowed}; blamed: ${blame}`;
    default:
      return `${at} said ${message}: ${found}; allowed: ${allowed}`;
  }
}

/** A breach with the one who is blamed for it. */
export function contractReport(
  spec: ProtocolSpec,
  breach: Omit<Breach, "kind"> & { readonly kind: ContractReport["kind"] },
  side: SideNumber,
  party: Pid,
  message: unknown,
  blame: Blame = "peer",
): ContractReport {
  return {
    protocol: spec.name,
    blame,
    side: spec.sides[side],
    party: String(party),
    ...breach,
    ...(message === undefined ? {} : { said: printMessage(message) }),
  };
}

/** A limit that passed: for whom was waited, how long. */
export function lateReport(
  spec: ProtocolSpec,
  state: CompiledState,
  side: SideNumber,
  party: Pid,
  watch: { readonly limitUs: number; elapsedUs(): number },
  blame: Blame,
): ContractReport {
  const breach = {
    kind: "late",
    state: state.name,
    message: [...state.may[side].keys()].join(" or "),
    found: `nothing for ${ms(watch.elapsedUs())}`,
    allowed: `within ${ms(watch.limitUs)}`,
  } as const;
  return contractReport(spec, breach, side, party, undefined, blame);
}

/** So many messages did not come, beginning with number `wanted`: the link's fault. `message`: what showed it. */
export function lostReport(
  spec: ProtocolSpec,
  state: string,
  side: SideNumber,
  party: Pid,
  lost: { readonly count: number; readonly wanted: number; readonly message: string },
): ContractReport {
  const { count, wanted, message } = lost;
  const found = `${count} of its messages lost`;
  const breach = { kind: "lost", state, message, found, allowed: `message number ${wanted}` } as const;
  return contractReport(spec, breach, side, party, undefined, "link");
}

function ms(us: number): string {
  return `${Math.round(us) / 1000} ms`;
}

/** Longest print of a message, characters. */
const LONGEST_SAID = 300;

/** A message for people: shortened; a pid shows no key. */
export function printMessage(message: unknown): string {
  const text = inspect(message, {
    depth: 3,
    breakLength: Infinity,
    maxArrayLength: 8,
    maxStringLength: 60,
  }).replace(/Pid \{[^}]*\}/g, "pid");
  return text.length > LONGEST_SAID ? `${text.slice(0, LONGEST_SAID)}...` : text;
}
