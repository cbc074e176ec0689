/** How well a job keeps its time, on its way out of the board. */
import type { TimingReport } from "../../devices/handler/messages.ts";
import type { Quantiles } from "../../runtime/time/histogram.ts";
import type { MovingQuantiles } from "../../runtime/time/moving-histogram.ts";

/** What was last heard of a job, and when, monotonic us. */
export interface KnownJob {
  readonly job: string;
  readonly atUs: number;
  readonly report: TimingReport;
}

/**
 * The document at `timing/<job>`: percentiles since the start, and with bars of the last minute. Bars since the start
 * and sums are Prometheus's. `at` tells the wall time of a monotonic one, null while the clock is not set.
 */
export function timingDocument(
  report: TimingReport,
  at: (us: number) => string | null,
): Readonly<Record<string, unknown>> {
  const { latenessUs, executionUs, responseUs, endToEndUs, worst, ...rest } = report;
  return {
    ...rest,
    latenessUs: told(latenessUs),
    executionUs: told(executionUs),
    responseUs: told(responseUs),
    ...(endToEndUs === undefined ? {} : { endToEndUs: told(endToEndUs) }),
    worst:
      worst === null
        ? null
        : { responseUs: worst.responseUs, latenessUs: worst.latenessUs, at: at(worst.atUs) },
  };
}

function told({ recent, ...all }: MovingQuantiles): Readonly<Record<string, unknown>> {
  const { count, bars } = recent;
  return { ...percentiles(all), recent: { count, ...percentiles(recent), bars } };
}

function percentiles({ p50, p90, p99, max }: Quantiles): Readonly<Record<string, number>> {
  return { p50, p90, p99, max };
}
