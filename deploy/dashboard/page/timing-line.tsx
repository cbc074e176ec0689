/** How a device keeps its time: misses and lateness on one line, with the last minute drawn; opened, the rest in a table. */
import { formatMicros } from "../store/format.ts";
import { latenessBars, latenessWords, missWords, placeOf, timingRows, worstWords } from "../store/timing.ts";
import type { Recent, Timing } from "../store/wire.ts";
import { now } from "./live.ts";

interface TimingLineProps {
  readonly id: string;
  readonly timing: Timing | undefined;
  /** As the state says, where there is no timing. */
  readonly misses: number;
  /** Nobody can say that it still runs: its last minute is not this one. */
  readonly old: boolean;
}

export function TimingLine({ id, timing, misses, old }: TimingLineProps) {
  const missed = timing?.misses ?? misses;
  const words = (
    <span class={missed > 0 ? "counted" : ""} data-testid={`misses-${id}`}>
      {missed === 0 ? "no misses" : missed === 1 ? "1 miss" : `${missed} misses`}
    </span>
  );
  if (timing?.lateness === undefined) return <span data-testid={`timing-${id}`}>{words}</span>;
  const { lateness, deadlineUs } = timing;
  const recent = old ? undefined : lateness.recent;
  const worst = worstWords(timing, now.value);
  return (
    <details class="timing" data-testid={`timing-${id}`}>
      <summary title={missWords(timing)}>
        {words}
        {" · "}p99 {formatMicros((recent ?? lateness).p99)} late
        {recent !== undefined && <LatenessHistogram id={id} recent={recent} deadlineUs={deadlineUs} />}
      </summary>
      <p>{missWords(timing)}.</p>
      {!old && <TimingTable timing={timing} />}
      {worst !== undefined && <p>{worst}.</p>}
    </details>
  );
}

const barWidth = 4;
const height = 18;

interface HistogramProps {
  readonly id: string;
  readonly recent: Recent;
  readonly deadlineUs: number | undefined;
}

/** From 2 µs to beyond 8 s, each bar twice as late as the one before; the line is the deadline. */
function LatenessHistogram({ id, recent, deadlineUs }: HistogramProps) {
  const bars = latenessBars(recent, deadlineUs);
  const width = bars.length * barWidth;
  const deadlineX = deadlineUs === undefined ? undefined : placeOf(deadlineUs) * barWidth;
  return (
    <svg
      class="lateness"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={latenessWords(recent)}
      data-testid={`lateness-${id}`}
    >
      <path class="lateness-base" d={`M0 ${height - 0.5}H${width}`} />
      {deadlineX !== undefined && <path class="lateness-due" d={`M${deadlineX} 0V${height}`} />}
      {bars.map(
        (bar, at) =>
          bar.count > 0 && (
            <rect
              key={at}
              class={bar.late ? "late" : ""}
              x={at * barWidth + 0.5}
              y={height - 1 - bar.height * (height - 2)}
              width={barWidth - 1}
              height={bar.height * (height - 2)}
            />
          ),
      )}
    </svg>
  );
}

function TimingTable({ timing }: { readonly timing: Timing }) {
  const rows = timingRows(timing);
  if (rows.length === 0) return null;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">last minute</th>
          <th scope="col">half</th>
          <th scope="col">99 %</th>
          <th scope="col">worst</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ what, limit, values }) => (
          <tr key={what}>
            <th scope="row">
              {what}
              {limit !== "" && <small> {limit}</small>}
            </th>
            {values.map((text, at) => (
              <td key={at}>{text}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
