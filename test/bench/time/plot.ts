/**
 * Lateness distributions as SVG: for each condition the share of releases that were later than x, both axes
 * logarithmic, because the tail is what matters: a curve that ends further left and lower is better.
 */
import type { Lateness } from "./lateness.ts";

export interface Curve {
  readonly name: string;
  readonly lateness: Lateness;
}

export interface Chart {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 820;
const HEIGHT = 340;
const LEFT = 70;
const RIGHT = 210;
const TOP = 40;
const BOTTOM = 46;
/** 1 us to 20 ms, and from all releases to one in a million. */
const X = { from: 0, to: Math.log10(20_000) };
const Y = { from: -6, to: 0 };
/** Okabe and Ito's colours, which people with any colour vision tell apart. */
const COLOURS = [
  "#0072b2",
  "#56b4e9",
  "#d55e00",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#000000",
  "#888888",
  "#b8a000",
];

export function plotLateness(charts: readonly Chart[], about: string): string {
  const height = charts.length * HEIGHT + 30;
  const parts = charts.map(
    (chart, index) => `<g transform="translate(0 ${index * HEIGHT})">${draw(chart)}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${parts.join("\n")}
<text x="${LEFT}" y="${height - 10}" fill="#555">${escaped(about)}</text>
</svg>
`;
}

function draw({ title, curves }: Chart): string {
  const axes = [
    ...range(Math.ceil(X.from), Math.floor(X.to)).map((power) => {
      const at = x(10 ** power).toFixed(1);
      return `<path d="M${at} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/><text x="${at}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${time(10 ** power)}</text>`;
    }),
    ...range(Y.from, Y.to).map((power) => {
      const at = y(10 ** power).toFixed(1);
      return `<path d="M${LEFT} ${at}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${Number(at) + 4}" text-anchor="end">${power === 0 ? "1" : `10<tspan dy="-4" font-size="9">${power}</tspan>`}</text>`;
    }),
  ];
  const lines = curves.map(({ name, lateness }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const at = TOP + 14 + index * 18;
    const label = `<path d="M${WIDTH - RIGHT + 12} ${at - 4}h18" stroke="${colour}" stroke-width="2"/><text x="${WIDTH - RIGHT + 36}" y="${at}">${escaped(name)}</text>`;
    return `<path d="${curve(lateness)}" fill="none" stroke="${colour}" stroke-width="1.6"/>${label}`;
  });
  return `<text x="${LEFT}" y="24" font-size="15">${escaped(title)}</text>
${axes.join("")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - BOTTOM + 34}" text-anchor="middle">later than</text>
<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">share of releases</text>
${lines.join("\n")}`;
}

/** A step at each microsecond at which the share changes. */
function curve(lateness: Lateness): string {
  const { count } = lateness;
  let later = count;
  let path = `M${x(1).toFixed(1)} ${y(1).toFixed(1)}`;
  for (const [us, here] of lateness.toJson().counts) {
    path += `H${x(us + 1).toFixed(1)}`;
    later -= here;
    path += `V${y(later / count).toFixed(1)}`;
  }
  return later > 0 ? `${path}H${x(10 ** X.to).toFixed(1)}` : path;
}

function x(us: number): number {
  const part = (Math.log10(Math.max(1, us)) - X.from) / (X.to - X.from);
  return LEFT + Math.min(1, part) * (WIDTH - LEFT - RIGHT);
}

function y(share: number): number {
  const part = (Math.max(Y.from, Math.log10(share)) - Y.from) / (Y.to - Y.from);
  return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
}

function time(us: number): string {
  return us >= 1000 ? `${us / 1000} ms` : `${us} us`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
