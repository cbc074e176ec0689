/** A curve in text: `rows` lines, each column the mean of what falls into it. */
export function chart(name: string, values: readonly number[], { columns = 72, rows = 8 } = {}): string {
  if (values.length === 0) return `${name}: nothing read`;
  const width = Math.min(columns, values.length);
  const means = Array.from({ length: width }, (_, column) => {
    const part = values.slice(
      Math.floor((column * values.length) / width),
      Math.floor(((column + 1) * values.length) / width),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const row = (value: number) => (high === low ? 0 : Math.round(((value - low) / (high - low)) * (rows - 1)));
  const lines = Array.from({ length: rows }, (_, line) => {
    const level = rows - 1 - line;
    const label = low + ((high - low) * level) / (rows - 1);
    return `${label.toFixed(1).padStart(9)} |${means.map((value) => (row(value) === level ? "*" : " ")).join("")}`;
  });
  return [name, ...lines].join("\n");
}
