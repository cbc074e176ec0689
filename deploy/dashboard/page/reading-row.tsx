/** One reading: name, value with unit, what its quality or age says in words, and its last minutes. */
import { useSignal } from "@preact/signals";
import { formatSpan, formatTime, formatValue, type Words } from "../store/format.ts";
import { type Old, oldness, type Reading } from "../store/reading.ts";
import { Icon, type IconName } from "./icon.tsx";
import { connection, now } from "./live.ts";
import { Sparkline } from "./sparkline.tsx";

interface ReadingRowProps {
  readonly device: string;
  readonly name: string;
  readonly reading: Reading | undefined;
  /** How the device says false and true. */
  readonly words: Words;
  readonly offlineSinceMs: number | null | undefined;
}

export function ReadingRow({ device, name, reading, words, offlineSinceMs }: ReadingRowProps) {
  const hovered = useSignal<{ readonly t: number; readonly v: number } | undefined>(undefined);
  const id = `${device}-${name}`;
  if (reading === undefined) {
    return (
      <div class="reading" data-testid={`reading-${id}`} data-quality="none">
        <div class="reading-name">{name}</div>
        <div class="reading-value none" data-testid={`value-${id}`}>
          no value yet
        </div>
      </div>
    );
  }
  const { value, unit, quality, measuredMs, points } = reading;
  const old = oldness(reading, connection.value, offlineSinceMs, now.value);
  const doubted = old !== undefined || quality === "stale" || quality === "bad";
  const switchLike = typeof value === "boolean";
  const at = hovered.value;
  const drawn = points.flatMap(({ v }) => (v === null ? [] : [v]));
  return (
    <div
      class="reading"
      data-testid={`reading-${id}`}
      data-quality={quality}
      data-old={old === undefined ? undefined : ""}
    >
      <div class="reading-name">{name}</div>
      <div
        class={doubted ? "reading-value doubted" : "reading-value"}
        title={
          measuredMs === null ? "measurement time unknown" : `measured ${formatTime(measuredMs, now.value)}`
        }
      >
        {switchLike && <i class={value ? "lamp lit" : "lamp"} aria-hidden="true" />}
        <span data-testid={`value-${id}`}>{formatValue(value, unit, words)}</span>
        {unit !== "" && value !== null && <small> {unit}</small>}
      </div>
      <div class="reading-side">
        <Sparkline
          points={points}
          current={!doubted}
          stepped={switchLike}
          nowMs={now.value}
          label={summary(name, drawn, unit, switchLike ? words : undefined)}
          onPoint={(point) => {
            hovered.value = point;
          }}
        />
        <div class="reading-note" data-testid={`quality-${id}`}>
          {at === undefined ? (
            <Note old={old} quality={quality} measuredMs={measuredMs} nowMs={now.value} />
          ) : (
            <span class="note-hover">
              {formatValue(switchLike ? at.v > 0 : at.v, unit, words)} {unit}, {formatSpan(now.value - at.t)}{" "}
              ago
            </span>
          )}
        </div>
      </div>
    </div>
  );
}

interface NoteProps {
  readonly old: Old | undefined;
  readonly quality: Reading["quality"];
  readonly measuredMs: number | null;
  readonly nowMs: number;
}

function Note({ old, quality, measuredMs, nowMs }: NoteProps) {
  const doubt = quality === "good" ? "" : `${quality}, `;
  if (old !== undefined) {
    const age = old.sinceMs === null ? "age unknown" : `old: ${formatSpan(nowMs - old.sinceMs)}`;
    return <Said icon="old" tone="old" text={doubt + age} />;
  }
  const tone = { good: "good", suspect: "warn", stale: "warn", bad: "bad" } as const;
  const age = quality === "stale" && measuredMs !== null ? `: ${formatSpan(nowMs - measuredMs)}` : "";
  return <Said icon={quality} tone={tone[quality]} text={quality + age} />;
}

function Said({
  icon,
  tone,
  text,
}: {
  readonly icon: IconName;
  readonly tone: string;
  readonly text: string;
}) {
  return (
    <span class={`note note-${tone}`}>
      <Icon name={icon} />
      {text}
    </span>
  );
}

function summary(name: string, values: readonly number[], unit: string, words: Words | undefined): string {
  if (values.length === 0) return `${name}: nothing in the last five minutes`;
  if (words !== undefined) {
    const ever = values.some((v) => v > 0);
    return `${name}, last five minutes: ${ever ? `${words[1]} at times` : words[0]}`;
  }
  const low = formatValue(Math.min(...values), unit);
  const high = formatValue(Math.max(...values), unit);
  return `${name}, last five minutes: ${low} to ${high} ${unit}`;
}
