/** What the licences of everything in an application ask for: that their texts come with it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One text for many packages: name, version, licence, and the texts they ship. `folders`: those of the packages. */
export function licencesText(folders: readonly string[]): string {
  return folders.map(licenceOf).join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const file = join(folder, "package.json");
  const about = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const texts = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|notice|copying)/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8").trim());
  const head = `${about.name ?? folder} ${about.version ?? ""} (${about.license ?? "see below"})`;
  return `${[head, ...texts].join("\n\n")}\n`;
}
