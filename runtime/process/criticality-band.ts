import type { Criticality } from "../time/job.ts";
import { BAND } from "./process.ts";

/** The band (`SpawnOptions.band`, `CellSpec.band`) of a process that works jobs of this criticality. */
export const CRITICALITY_BAND: Readonly<Record<Criticality, number>> = {
  critical: BAND.critical,
  normal: BAND.normal,
  "best-effort": BAND.bestEffort,
};
