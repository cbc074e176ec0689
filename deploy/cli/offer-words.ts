/** What the words of `holdfast offer` say, and what came of them at the board's `holdfast receive --offered`. */
import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { port } from "../board/options.ts";
import { parseOffer, type ReadOffer } from "../update/offer.ts";
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
  return {
    ...{ allow, over },
    port: port("--listen", textOf(flags.listen), 0),
    ...(isSealed && { seal: resolve(key ?? SIGNING_KEY) }),
    ...(address !== undefined && { address }),
  };
}

/** An offer in a file, as the board left it; gone it is then. Throws `CliError` for one that is none. */
export function readOffered(file: string | undefined): ReadOffer | undefined {
  if (file === undefined) return undefined;
  const payload = readFileSync(file);
  rmSync(file);
  const read = parseOffer(payload);
  if (typeof read === "string") throw new CliError(EXIT.usage, `--offered: ${read}`);
  return read;
}
