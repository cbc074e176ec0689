/** Who is wired to what: lines, buses and addresses have one owner each. */
import { type HeaderLine, headerLine, type LineName } from "../../firmware/header-map.ts";
import { nearest } from "../nearest.ts";
import type { BoardDraft } from "./draft.ts";
import { type Path, pathText, type Report } from "./problem.ts";
import { alternatives } from "./shape.ts";

/** Lines used twice, chips on unknown buses, addresses used twice, PWM lines that share a channel. */
export function checkWiring(board: BoardDraft, report: Report): void {
  checkLines(board, report);
  if (!board.broken.has("buses")) checkChips(board, report);
  checkPwmChannels(board, report);
}

function checkLines({ buses, expanders, devices }: BoardDraft, report: Report): void {
  const claims = new Map<string, string>();
  const claim = (line: string | undefined, at: Path, as: string) => {
    if (line === undefined) return;
    const claimed = claims.get(line);
    if (claimed === undefined) claims.set(line, as);
    else report.problem(at, line, `a line of its own; ${line} belongs to ${claimed}`);
  };
  for (const { at, id, fields, written } of buses) {
    const [one, other] = written.has("sda") ? ["sda", "scl"] : ["scl", "sda"];
    if (written.has(one!) && !written.has(other!))
      report.problem(
        [...at, other!],
        undefined,
        `a line, as for ${one}: a bus of the header has both, another neither`,
      );
    claim(fields.sda, [...at, "sda"], `bus ${id} (SDA)`);
    claim(fields.scl, [...at, "scl"], `bus ${id} (SCL)`);
  }
  for (const { at, id, fields } of expanders)
    claim(fields.rail?.line, [...at, "rail", "line"], `expander ${id} (rail)`);
  for (const { at, fields } of devices) claim(fields.line, [...at, "line"], pathText(at));
}

function checkChips({ buses, expanders, devices }: BoardDraft, report: Report): void {
  const known = buses.map(({ id }) => id);
  const owners = new Map<string, string>();
  for (const { at, fields } of [...expanders, ...devices]) {
    const { bus, address } = fields;
    if (bus === undefined) continue;
    if (!known.includes(bus)) {
      const allowed =
        known.length === 0 ? 'a bus that "buses" describes; there is none' : alternatives(known);
      report.problem([...at, "bus"], bus, allowed, nearest(bus, known));
      continue;
    }
    if (address === undefined) continue;
    const place = `${bus} ${address}`;
    const owner = owners.get(place);
    if (owner === undefined) owners.set(place, pathText(at));
    else
      report.problem([...at, "address"], address, `an address of its own on ${bus}; ${owner} has ${address}`);
  }
}

function checkPwmChannels({ devices }: BoardDraft, report: Report): void {
  const owners = new Map<HeaderLine["pwm"], string>();
  for (const { at, driver, fields } of devices) {
    if (driver.hardware !== "pwm" || fields.line === undefined) continue;
    const { pwm } = headerLine(fields.line as LineName);
    const owner = owners.get(pwm);
    if (owner === undefined) {
      owners.set(pwm, `${pathText(at)} (${fields.line})`);
    } else if (!owner.includes(`(${fields.line})`)) {
      const message = `before the Pi 5, ${fields.line} carries the same PWM channel as ${owner}: both always have one duty`;
      report.warning([...at, "line"], message);
    }
  }
}
