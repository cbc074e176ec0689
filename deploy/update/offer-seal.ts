/**
 * An offer sealed with a release key: so a board knows that who signs its releases wants this one there now, without its
 * outputs being safe, or although it is older. It is for one board and one number that this board gave out, so nobody can play it
 * again, or to another.
 */
import { isSignedBy, type ReleaseKey, type SigningKey } from "../release/release-key.ts";
import type { Offer, Seal } from "./offer.ts";
import { UpdateError } from "./update-error.ts";

/** In front of what is signed: no manifest begins so, thus no signature of the one is ever one of the other. */
const PURPOSE = "holdfast offer 1\n";

/** The payload of a sealed offer. `nonce`: the board's present one (`status.offers.nonce`). */
export function sealOffer(
  offer: Offer,
  { board, nonce }: { readonly board: string; readonly nonce: string },
  key: SigningKey,
): string {
  const sealed = JSON.stringify({ board, nonce, ...offer });
  const signature = key.sign(signedBytes(sealed)).toString("base64");
  return JSON.stringify({ sealed, key: key.trusted.id, signature });
}

/** Throws `UpdateError` `refused` unless one of these keys has sealed it for this board. Whether its number is new is asked elsewhere. */
export function checkSeal(seal: Seal, trusted: readonly ReleaseKey[], board: string): void {
  if (seal.board !== board)
    throw new UpdateError("refused", `the offer is sealed for the board ${seal.board}, this is ${board}`);
  const key = trusted.find(({ id }) => id === seal.key);
  if (key === undefined) {
    const allowed = trusted.map(({ id }) => id).join(", ") || "no key at all";
    throw new UpdateError("refused", `the offer is sealed by ${seal.key}, trusted here: ${allowed}`);
  }
  if (!isSignedBy(key, signedBytes(seal.text), seal.signature))
    throw new UpdateError(
      "refused",
      `the offer's seal of ${seal.key} is of something else: it was changed on the way`,
    );
}

function signedBytes(text: string): Buffer {
  return Buffer.from(`${PURPOSE}${text}`);
}
