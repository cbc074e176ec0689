/**
 * Numbers in the Prometheus text format (exposition format 0.0.4), by prom-client, which only this file knows.
 *
 * What is counted elsewhere is written down as it stands at this moment: a registry a text, so that what is gone
 * leaves no series behind.
 */
import { Counter, Gauge, type Metric, Registry } from "prom-client";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Durations counted between fixed edges. */
export interface BucketSample {
  readonly labels: Labels;
  /** Upper edges, included, rising. */
  readonly edges: readonly number[];
  /** Between the edges, from the first; one more than edges at most, missing ones are zero. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

export class MetricsText {
  readonly #registry = new Registry();

  /** A number that goes up and down. Nothing is written without samples. */
  gauge(name: string, help: string, samples: readonly Sample[]): void {
    const metric = this.#new(Gauge<string>, name, help, samples);
    for (const { labels, value } of samples) metric?.set(labels, value);
  }

  /** A number that only grows; after a new start it begins at zero. */
  counter(name: string, help: string, samples: readonly Sample[]): void {
    const metric = this.#new(Counter<string>, name, help, samples);
    for (const { labels, value } of samples) metric?.inc(labels, value);
  }

  /** prom-client's own histogram counts by itself only, so this stands in its place. */
  histogram(name: string, help: string, samples: readonly BucketSample[]): void {
    if (samples.length === 0) return;
    const values = samples.flatMap((sample) => series(name, sample));
    const metric = { name, get: () => Promise.resolve({ name, help, type: "histogram", values }) };
    this.#registry.registerMetric(metric as unknown as Metric);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #new<T>(
    kind: new (configuration: {
      name: string;
      help: string;
      labelNames: string[];
      registers: Registry[];
    }) => T,
    name: string,
    help: string,
    samples: readonly Sample[],
  ): T | undefined {
    const [first] = samples;
    if (first === undefined) return undefined;
    return new kind({ name, help, labelNames: Object.keys(first.labels), registers: [this.#registry] });
  }
}

/** Buckets are cumulative, the last is of all. prom-client puts shared labels into words once for all of them. */
function series(name: string, { labels: sharedLabels, edges, counts, sum, count }: BucketSample) {
  let below = 0;
  const buckets = edges.map((edge, at) => {
    below += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le: String(edge) }, sharedLabels, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { le: "+Inf" }, sharedLabels, value: count },
    { metricName: `${name}_sum`, sharedLabels, value: sum },
    { metricName: `${name}_count`, sharedLabels, value: count },
  ];
}
