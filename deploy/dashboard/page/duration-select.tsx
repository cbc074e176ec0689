/** For how long something shall hold. */

interface DurationSelectProps {
  readonly id: string;
  readonly value: string;
  readonly choices: readonly { readonly text: string; readonly label: string }[];
  readonly disabled: boolean;
  onChange(text: string): void;
}

export function DurationSelect({ id, value, choices, disabled, onChange }: DurationSelectProps) {
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
