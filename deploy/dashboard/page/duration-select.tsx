/** For how long a command shall hold. */
import { durations, overrideDurations } from "../store/command.ts";

interface DurationSelectProps {
  readonly id: string;
  readonly value: string;
  /** An override has no "as configured" and a shorter longest time. */
  readonly override: boolean;
  readonly disabled: boolean;
  onChange(text: string): void;
}

export function DurationSelect({ id, value, override, disabled, onChange }: DurationSelectProps) {
  const choices = override ? overrideDurations : durations;
  return (
    <label class="duration">
      <span>for</span>
      <select
        data-testid={`for-${id}`}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {choices.map(({ text, label }) => (
          <option key={text} value={text}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
