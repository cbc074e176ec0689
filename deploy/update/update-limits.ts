/** How much of a release a board takes, and how fast: `updateLimit`, `updateRate`. */
import { size } from "../config/size-field.ts";
import { parseSizeBytes } from "../config/size-text.ts";

const DEFAULT_LIMIT = "512MB";

export const updateRateField = size(
  "Most bytes of a release that the board takes in a second, however they come. Default: as fast as they come.",
  "1kB",
  "100MB",
  "500kB",
);

export const updateLimitField = size(
  `Largest release that the board takes, without what it has already. Default: ${DEFAULT_LIMIT}.`,
  "1MB",
  "4GB",
  "100MB",
);

export interface UpdateLimits {
  /** Most bytes of the payloads together. */
  readonly limit: number;
  /** Most bytes a second; undefined: as they come. */
  readonly rate: number | undefined;
}

/** `asked`: by whoever brings the release, in the configuration's place. */
export function updateLimits(
  config: { readonly updateLimit?: string; readonly updateRate?: string },
  asked: { readonly limit?: number; readonly rate?: number } = {},
): UpdateLimits {
  const { updateLimit = DEFAULT_LIMIT, updateRate } = config;
  return {
    limit: asked.limit ?? parseSizeBytes(updateLimit)!,
    rate: asked.rate ?? (updateRate === undefined ? undefined : parseSizeBytes(updateRate)),
  };
}
