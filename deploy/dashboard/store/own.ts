/** `record[key]` without what every object inherits: names of boards and devices come over the wire. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
