/** The last minutes of a reading, five at most, as a small chart; hovering tells a point's value and age. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { historyMs, type Point } from "../store/history.ts";
import { paint } from "./theme.ts";

interface SparklineProps {
  readonly points: readonly Point[];
  /** The value holds until now: the line is drawn on to the right edge. */
  readonly current: boolean;
  /** Switches jump; everything else is joined. */
  readonly stepped: boolean;
  readonly nowMs: number;
  readonly label: string;
  /** The point under the pointer, undefined when there is none. */
  onPoint(point: { readonly t: number; readonly v: number } | undefined): void;
}

const heightPx = 34;

export function Sparkline({ points, current, stepped, nowMs, label, onPoint }: SparklineProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const report = useRef(onPoint);
  report.current = onPoint;
  const span = useRef({ leftMs: 0, rightMs: nowMs });
  span.current = { leftMs: nowMs - windowMs(points, nowMs), rightMs: nowMs };
  const latest = useRef<uPlot.AlignedData>([[], []]);
  // Drawn once a second at most, and only where it can be seen: charts are what costs most on a small machine.
  const slot = Math.floor(nowMs / 1000);
  const seen = useRef(false);

  useEffect(() => {
    const target = box.current;
    if (target === null) return;
    const chart = new uPlot(options(target, stepped, span, report), [[], []], target);
    plot.current = chart;
    const resize = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height: heightPx }));
    resize.observe(target);
    const view = new IntersectionObserver((entries) => {
      seen.current = entries.at(-1)?.isIntersecting ?? false;
      if (seen.current) chart.setData(latest.current);
    });
    view.observe(target);
    return () => {
      resize.disconnect();
      view.disconnect();
      chart.destroy();
      plot.current = undefined;
    };
  }, [stepped]);

  // A new slot moves the window though no point came; points that come within one wait for the next.
  useEffect(() => {
    latest.current = columns(points, current ? span.current.rightMs : undefined);
    if (seen.current) plot.current?.setData(latest.current);
  }, [current, slot, stepped]);

  useSignalEffect(() => {
    if (paint.value > 0) plot.current?.redraw();
  });

  return <div class="sparkline" ref={box} role="img" aria-label={label} />;
}

/** The window grows with what is known, from half a minute to all that is kept. */
function windowMs(points: readonly Point[], nowMs: number): number {
  const first = points[0];
  return first === undefined ? historyMs : Math.min(historyMs, Math.max(30_000, nowMs - first.t));
}

function columns(points: readonly Point[], untilMs: number | undefined): uPlot.AlignedData {
  const last = points.at(-1);
  const all =
    untilMs !== undefined && last !== undefined && last.v !== null && untilMs > last.t
      ? [...points, { t: untilMs, v: last.v }]
      : points;
  return [all.map(({ t }) => t / 1000), all.map(({ v }) => v)];
}

function options(
  target: HTMLElement,
  stepped: boolean,
  span: { readonly current: { readonly leftMs: number; readonly rightMs: number } },
  report: { readonly current: SparklineProps["onPoint"] },
): uPlot.Options {
  const colour = (name: string) => getComputedStyle(target).getPropertyValue(name);
  const steppedPaths = stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    width: target.clientWidth,
    height: heightPx,
    legend: { show: false },
    padding: [4, 4, 4, 1],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false, range: () => [span.current.leftMs / 1000, span.current.rightMs / 1000] },
      y: { range: (_, low, high) => (stepped ? [0, 1] : spread(low, high)) },
    },
    series: [
      {},
      {
        stroke: () => colour("--trace"),
        fill: () => colour("--trace-fill"),
        width: 1.5,
        points: { show: false },
        ...(steppedPaths === undefined ? {} : { paths: steppedPaths }),
      },
    ],
    hooks: {
      setCursor: [
        ({ cursor: { idx }, data: [times, values] }) => {
          const t = typeof idx === "number" ? times[idx] : undefined;
          const v = typeof idx === "number" ? values?.[idx] : undefined;
          report.current(t === undefined || v === undefined || v === null ? undefined : { t: t * 1000, v });
        },
      ],
    },
  };
}

/** Some room above and below; a flat line lies in the middle instead of filling the chart with its noise. */
function spread(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const least = Math.max(Math.abs(high) * 0.02, 0.02);
  const room = Math.max(least - (high - low), (high - low) * 0.2) / 2;
  return [low - room, high + room];
}
