/** An offer of a release over MQTT, `<board>/update/set`: where it can be fetched, and what whoever offers allows. */
import * as v from "valibot";

/** Characters; a whole offer is one packet that a board reads at once. */
const MOST_OFFER_BYTES = 2048;
const MOST_URL = 1024;

const offerSchema = v.strictObject({
  /** Of a web server that knows ranges. */
  url: v.pipe(v.string(), v.maxLength(MOST_URL), v.regex(/^https?:\/\/[^\s'"]+$/)),
  /** So that an offer is known again: the release's id. */
  release: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  now: v.exactOptional(v.boolean()),
  flipSafe: v.exactOptional(v.boolean()),
  downgrade: v.exactOptional(v.boolean()),
  retry: v.exactOptional(v.boolean()),
  trial: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,6}(ms|s|m|h)$/))),
});

export type Offer = v.InferOutput<typeof offerSchema>;

/** The offer, or a sentence about what is wrong with it. */
export function parseOffer(payload: Uint8Array): Offer | string {
  if (payload.length > MOST_OFFER_BYTES)
    return `found ${payload.length} bytes; allowed are ${MOST_OFFER_BYTES}`;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return 'found no JSON; allowed is {"url":"http://...","release":"..."}';
  }
  const { success, output, issues } = v.safeParse(offerSchema, value);
  if (success) return output;
  const [issue] = issues;
  const where = issue.path?.map(({ key }) => key).join(".") ?? "the offer";
  return `${where}: found ${issue.received.slice(0, 60)}; allowed are "url" (http or https), "release" (its id), "now", "flipSafe", "downgrade", "retry" (true), "trial" ("2m")`;
}

/** Words of `holdfast receive` for it. */
export function offerWords({ url, now, flipSafe, downgrade, retry, trial }: Offer): string[] {
  return [
    ...["--from", url],
    ...(now ? ["--now"] : []),
    ...(flipSafe ? ["--flip-safe"] : []),
    ...(downgrade ? ["--downgrade"] : []),
    ...(retry ? ["--retry"] : []),
    ...(trial === undefined ? [] : ["--trial", trial]),
  ];
}

/** What `receive` is told by its options, of an offer. */
export function offerFlags({
  now,
  flipSafe,
  downgrade,
  retry,
  trial,
}: Offer): Readonly<Record<string, unknown>> {
  return { now, flipSafe, downgrade, retry, ...(trial !== undefined && { trial }) };
}
