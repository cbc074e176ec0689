/** The section `links`: the boards that processes of this one talk with. Without it there are none. */
import * as v from "valibot";
import { duration, durationMs } from "../../devices/field.ts";
import { id } from "./place-fields.ts";
import { rightsFields, rightsSchema } from "./rights-schema.ts";

const optional = v.exactOptional;
/** Wi-Fi is away for seconds now and then: what ends by a cut should not end by that. */
const DEFAULTS = { heartbeat: "2s", lost: "7s" } as const;

export const DEFAULT_LINK_LOST = DEFAULTS.lost;
/** A flap of Wi-Fi stops no pump, and one that is cut off stops before it floods anything. */
export const DEFAULT_LINK_LEASE = "15s";
/** Each takes its part of memory, and of the broker. */
export const MOST_BOARDS = 256;

export const linksSchema = v.pipe(
  v.strictObject({
    boards: optional(
      v.pipe(
        v.union([
          v.pipe(
            v.array(id("Name of another board.")),
            v.minLength(1),
            v.maxLength(MOST_BOARDS),
            v.metadata({ errorMessage: 'names of 1 to 256 boards, such as ["pumphouse"]' }),
          ),
          v.record(id("Name of another board."), rightsSchema),
        ]),
        v.description(
          "Only these are linked: their names, or each name with what that board may do here. Default: every board on the broker that knows the secret.",
        ),
        v.metadata({
          errorMessage:
            'names of 1 to 256 boards, such as ["pumphouse"], or an object of names and rights, such as {"pumphouse": {"show": ["thermostat"]}}',
        }),
      ),
    ),
    ...rightsFields,
    secretFile: optional(
      v.pipe(
        v.string(),
        v.regex(/^[\w./-]{1,256}$/),
        v.description(
          "What all linked boards know, made by `holdfast keys link`; a path seen from this file. Without it only a broker on this machine links boards.",
        ),
        v.metadata({ errorMessage: 'the path of a file, such as "keys/links.key"' }),
      ),
    ),
    heartbeat: optional(
      duration(`Longest time between two words to a board. Default: ${DEFAULTS.heartbeat}.`, {
        from: "100ms",
        to: "60s",
        example: DEFAULTS.heartbeat,
      }),
    ),
    lease: optional(
      duration(
        `How long a command to an output of another board lasts without another one: those from here, and those to here at most. Default: ${DEFAULT_LINK_LEASE}.`,
        { from: "1s", to: "10m", example: DEFAULT_LINK_LEASE },
      ),
    ),
    lost: optional(
      duration(
        `Silence after which a board counts as gone: at least twice the heartbeat. Default: ${DEFAULTS.lost}.`,
        { from: "300ms", to: "10m", example: DEFAULTS.lost },
      ),
    ),
  }),
  v.description("Links with other boards over the broker: their processes call and watch each other."),
);

export type LinksConfig = v.InferOutput<typeof linksSchema>;

/** Names of the boards that are linked with this one; `undefined`: all who know the secret. */
export function linkedBoards({ boards }: LinksConfig): readonly string[] | undefined {
  return boards === undefined || isNames(boards) ? boards : Object.keys(boards);
}

/** The times of a link, ms. */
export function linkTimes({ heartbeat, lost, lease }: LinksConfig): {
  readonly heartbeatMs: number;
  readonly lostMs: number;
  readonly leaseMs: number;
} {
  return {
    heartbeatMs: durationMs(heartbeat ?? DEFAULTS.heartbeat),
    lostMs: durationMs(lost ?? DEFAULTS.lost),
    leaseMs: durationMs(lease ?? DEFAULT_LINK_LEASE),
  };
}

function isNames(boards: NonNullable<LinksConfig["boards"]>): boards is string[] {
  return Array.isArray(boards);
}
