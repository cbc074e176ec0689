/** What the words of `holdfast offer` say, and what came of them at the board's `holdfast receive --offered`. */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { port } from "../board/options.ts";
import { MOST_OFFER_BYTES, parseOffer, type ReadOffer } from "../update/offer.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { type Flags, SIGNING_KEY, textOf } from "./flags.ts";
import type { OfferFlags, Way } from "./offer.ts";

const WAYS: readonly Way[] = ["http", "mqtt", "both"];

/** Throws `CliError` for a way that there is not, RangeError for a port that is none. */
export function offerWords(flags: Flags): Pick<OfferFlags, "allow" | "seal" | "over" | "address" | "port"> {
  const [address, way, key, trial] = [flags.address, flags.over, flags.seal, flags.trial].map(textOf);
  const over = WAYS.find((one) => one === (way ?? "both"));
  if (over === undefined)
    throw new CliError(EXIT.usage, `--over: "${way}" is no way; allowed are ${WAYS.join(", ")}`);
  const allow = {
    ...(flags.now === true && { now: true }),
    ...(flags.flipSafe === true && { flipSafe: true }),
    ...(flags.downgrade === true && { downgrade: true }),
    ...(flags.retry === true && { retry: true }),
    ...(trial !== undefined && { trial }),
  };
  const isSealed = key !== undefined || Object.keys(allow).length > 0;
  const seal = resolve(key ?? SIGNING_KEY);
  if (isSealed && !existsSync(seal)) throw new CliError(EXIT.failed, noSeal(seal, Object.keys(allow)));
  return {
    ...{ allow, over },
    port: port("--listen", textOf(flags.listen), 0),
    ...(isSealed && { seal }),
    ...(address !== undefined && { address }),
  };
}

/** Whoever reaches the broker could say such words: the board believes them of who signs its releases. */
function noSeal(file: string, allowed: readonly string[]): string {
  const what = allowed.length === 0 ? "the offer" : `an offer with ${allowed.join(", ")}`;
  return `${file}: there is no such file; ${what} has to be sealed by the key that signs the board's releases: --seal names it, holdfast keys release makes one`;
}

/**
 * An offer in a file, as the board left it; gone it is then, whatever it was. Who receives is root and the board is not: a link is not
 * followed, a pipe not waited for, and no more is read than an offer may have. Throws `CliError` for one that is none.
 */
export function readOffered(file: string | undefined): ReadOffer | undefined {
  if (file === undefined) return undefined;
  let read: ReadOffer | string;
  try {
    read = parseOffer(contentOf(file));
  } catch (error) {
    read = `${file} cannot be read: ${(error as Error).message}; offer it again`;
  } finally {
    rmSync(file, { force: true });
  }
  if (typeof read === "string") throw new CliError(EXIT.usage, `--offered: ${read}`);
  return read;
}

/** Of a plain file, a byte more than an offer may have at most. Throws Error for anything else. */
function contentOf(file: string): Uint8Array {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) throw new Error("it is no plain file");
    const bytes = new Uint8Array(MOST_OFFER_BYTES + 1);
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}
