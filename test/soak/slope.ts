/** A straight line through readings over time, and how sure its slope is. */

export interface Slope {
  /** Units an hour. */
  readonly perHour: number;
  /** Half the width of the 95 % confidence interval, units an hour; `Infinity` for fewer than 4 readings. */
  readonly plusMinus: number;
}

/**
 * Least squares. Neighbouring readings of a heap are alike, which makes the usual error too small: it is
 * widened by the correlation of each residual with the next.
 */
export function slopeOf(points: readonly { readonly hours: number; readonly value: number }[]): Slope {
  const count = points.length;
  if (count < 4) return { perHour: 0, plusMinus: Number.POSITIVE_INFINITY };
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / count;
  const [midHours, midValue] = [mean(({ hours }) => hours), mean(({ value }) => value)];
  const spread = points.reduce((sum, { hours }) => sum + (hours - midHours) ** 2, 0);
  const perHour =
    points.reduce((sum, { hours, value }) => sum + (hours - midHours) * (value - midValue), 0) / spread;
  const residuals = points.map(({ hours, value }) => value - midValue - perHour * (hours - midHours));
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  const products = residuals.slice(1).reduce((sum, residual, at) => sum + residual * residuals[at]!, 0);
  const alike = squares === 0 ? 0 : Math.min(0.95, Math.max(0, products / squares));
  const error = Math.sqrt((squares / (count - 2) / spread) * ((1 + alike) / (1 - alike)));
  return { perHour, plusMinus: 1.96 * error };
}
