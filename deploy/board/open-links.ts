/** Opens a board's links with others, or says why they cannot be. */
import { isLoopbackUrl } from "../config/check-links.ts";
import { OPEN_SECRET, readLinkSecret } from "../links/link-secret.ts";
import { ProcessLinks, type ProcessLinksOptions } from "../links/process-links.ts";
import { PrivateFileError } from "../mqtt/private-file.ts";
import type { LinksPlan } from "./links-plan.ts";

/** `refused` is told why there are none: local control goes on without. */
export function openLinks(
  { secretFile, modules: _, lent: __, shared: ___, leaseMs: ____, ...plan }: LinksPlan,
  brokerUrl: string,
  options: Omit<ProcessLinksOptions, keyof LinksPlan | "secret">,
  refused: (why: string) => void,
): ProcessLinks | undefined {
  const secret = secretOf(secretFile, brokerUrl);
  if (typeof secret !== "string") return new ProcessLinks({ ...options, ...plan, secret });
  refused(`no links with other boards: ${secret}`);
  return undefined;
}

/** Or why there is none. */
function secretOf(file: string | undefined, brokerUrl: string): Uint8Array | string {
  if (file === undefined) {
    if (isLoopbackUrl(brokerUrl)) return OPEN_SECRET;
    return `over ${brokerUrl} anybody who reaches the broker could speak as a board; write "secretFile" of "links": "holdfast keys link" makes it`;
  }
  try {
    return readLinkSecret(file);
  } catch (error) {
    if (!(error instanceof PrivateFileError)) throw error;
    return error.message;
  }
}
