import { nearest } from "../nearest.ts";
import { type BoardFlags, connectBoard, readRetained } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";

/** `holdfast get`: the readings that are retained, one a line. `wanted`: a device, or device.reading. */
export async function get(wanted: string | undefined, flags: BoardFlags): Promise<void> {
  const client = await connectBoard(flags);
  try {
    const { board, topics } = await readRetained(client, flags);
    const readings = [...topics].flatMap(([topic, value]) => {
      const [device = "", reading = "", more] = topic.split("/");
      if (more !== undefined || !("quality" in value)) return [];
      const name = `${device}.${reading}`;
      return wanted === undefined || wanted === device || wanted === name
        ? [{ device, reading, ...value }]
        : [];
    });
    if (readings.length === 0) {
      const names = [...topics].flatMap(([topic, value]) =>
        "quality" in value ? [topic.replace("/", "."), topic.split("/")[0]!] : [],
      );
      const near = wanted === undefined ? undefined : nearest(wanted, [...new Set(names)]);
      const meant = near === undefined ? "" : `did you mean ${near}? `;
      throw new CliError(EXIT.failed, `${board} has no reading "${wanted}"; ${meant}holdfast get lists all`);
    }
    for (const reading of readings) {
      const { device, reading: name, value, unit, quality } = reading as Record<string, unknown>;
      const mark = quality === "good" ? "" : `  (${quality})`;
      const text = `${`${device}.${name}`.padEnd(24)} ${value ?? "-"}${unit ? ` ${unit}` : ""}${mark}`;
      process.stdout.write(`${flags.json ? JSON.stringify({ board, ...reading }) : text}\n`);
    }
  } finally {
    await client.endAsync(true);
  }
}
