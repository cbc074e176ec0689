/**
 * An offer of a release over MQTT, `<board>/update/set`: which one, and how it can be had. Whoever may publish there may offer,
 * and no more than that: what a board is to put up with beside (`now` and the like) it takes from an offer that a release key has
 * sealed (`offer-seal.ts`).
 */
import * as v from "valibot";

/** Characters; a whole offer is one packet that a board reads at once. */
export const MOST_OFFER_BYTES = 4096;
const MOST_URL = 1024;

/** What only a sealed offer may say. */
export const ALLOWANCES = ["now", "flipSafe", "downgrade", "retry", "trial"] as const;

const ways = {
  /** So that an offer is known again: the release's id. */
  release: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  /** Of a web server that knows ranges. */
  url: v.exactOptional(
    v.pipe(v.string(), v.maxLength(MOST_URL), v.regex(/^https?:\/\/[^\s'"]+$/), v.check(URL.canParse)),
  ),
  /** In parts over the broker: after `url`, where both are given. */
  parts: v.exactOptional(v.literal(true)),
  /** Size of the bundle: whoever sends another is not listened to. A board that says `sized` in `status.offers` knows it. */
  bytes: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
};

const allowed = {
  now: v.exactOptional(v.boolean()),
  flipSafe: v.exactOptional(v.boolean()),
  downgrade: v.exactOptional(v.boolean()),
  retry: v.exactOptional(v.boolean()),
  trial: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,6}(ms|s|m|h)$/))),
};

const openSchema = v.strictObject(ways);
/** What is sealed: also for whom, and by which of the board's numbers used once. */
const sealedSchema = v.strictObject({ board: v.string(), nonce: v.string(), ...ways, ...allowed });
const envelopeSchema = v.strictObject({
  sealed: v.string(),
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{86}==$/)),
});

export type Offer = Omit<v.InferOutput<typeof sealedSchema>, "board" | "nonce">;

/** What makes an offer's word that of a release key. Nothing of it is proven yet. */
export interface Seal {
  /** The bytes that are signed, as they came. */
  readonly text: string;
  /** Id of the key that it is said to be of. */
  readonly key: string;
  readonly signature: Uint8Array;
  readonly board: string;
  readonly nonce: string;
}

export interface ReadOffer {
  readonly offer: Offer;
  /** Absent: anybody's. */
  readonly seal?: Seal;
}

const FORM =
  'allowed are "release" (its id) with "url" (http or https) or "parts" (true), and "bytes" (its size); "now", "flipSafe", "downgrade", "retry", "trial" only in one that is sealed by a release key (holdfast offer --seal)';

/** The offer, or a sentence about what is wrong with it. */
export function parseOffer(payload: Uint8Array): ReadOffer | string {
  if (payload.length > MOST_OFFER_BYTES)
    return `found ${payload.length} bytes; allowed are ${MOST_OFFER_BYTES}`;
  const value = parsed(Buffer.from(payload).toString("utf8"));
  if (value === undefined) return `found no JSON; ${FORM}`;
  if (!("sealed" in value)) return open(value);
  const envelope = v.safeParse(envelopeSchema, value);
  if (!envelope.success) return wrong(envelope.issues[0]);
  const { sealed: text, key, signature } = envelope.output;
  const inner = parsed(text);
  if (inner === undefined) return `sealed: found no JSON; ${FORM}`;
  const found = v.safeParse(sealedSchema, inner);
  if (!found.success) return wrong(found.issues[0]);
  const { board, nonce, ...offer } = found.output;
  return (
    noWay(offer) ?? { offer, seal: { text, key, board, nonce, signature: Buffer.from(signature, "base64") } }
  );
}

function open(value: object): ReadOffer | string {
  const more = ALLOWANCES.find((name) => name in value);
  if (more !== undefined)
    return `${more}: found in an offer that nobody has sealed; ${FORM}, or push it by ssh`;
  const { success, output, issues } = v.safeParse(openSchema, value);
  return success ? (noWay(output) ?? { offer: output }) : wrong(issues[0]);
}

function noWay({ url, parts }: Offer): string | undefined {
  return url === undefined && parts === undefined ? `url: found undefined; ${FORM}` : undefined;
}

function wrong(issue: v.BaseIssue<unknown>): string {
  const where = issue.path?.map(({ key }) => key).join(".") ?? "the offer";
  return `${where}: found ${issue.received.slice(0, 60)}; ${FORM}`;
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // it is said what is allowed
  }
}
