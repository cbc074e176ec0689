/** The field `onMiss`: what follows when a job does not end by its deadline. */
import * as v from "valibot";
import { whole } from "../../devices/field.ts";

/** Longest window of `descend`, jobs. */
const LONGEST_WINDOW = 1000;

export const onMissField = v.pipe(
  v.union([
    v.picklist(["count", "skip", "abort"]),
    v.strictObject({
      descend: v.strictObject({
        misses: whole("Jobs missed that cost a mode.", 1, LONGEST_WINDOW),
        of: whole("Of so many jobs in a row.", 1, LONGEST_WINDOW),
      }),
    }),
  ]),
  v.description(
    "When a job misses its deadline. count: nothing else, a release that came meanwhile is worked at once. skip: the next job is that of the next release. abort: as skip, and a job that still waits at its hard deadline has failed. descend: as skip, and so many misses in a number of jobs cost a mode. Each is counted. Default: skip.",
  ),
  v.metadata({
    errorMessage: `"count", "skip", "abort" or {"descend": {"misses": 3, "of": 10}} with whole numbers from 1 to ${LONGEST_WINDOW}`,
  }),
);
