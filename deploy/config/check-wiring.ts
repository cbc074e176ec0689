/** Who is wired to what: lines have one owner each. */
import { type HeaderLine, headerLine, type LineName } from "../../firmware/header-map.ts";
import { spiPins } from "../../firmware/spi-pins.ts";
import type { BoardDraft } from "./draft.ts";
import { type Path, pathText, type Report } from "./problem.ts";

/** Lines used twice, PWM lines that share a channel. Chips and addresses: `check-buses.ts`. */
export function checkWiring(board: BoardDraft, report: Report): void {
  checkLines(board, report);
  checkPwmChannels(board, report);
}

function checkLines({ buses, spi, w1, expanders, devices }: BoardDraft, report: Report): void {
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
    claim(fields.rail?.line, [...at, "rail", "line"], `bus ${id} (rail)`);
    for (const [address, { reset }] of Object.entries(fields.muxes ?? {}))
      claim(reset?.line, [...at, "muxes", address, "reset", "line"], `multiplexer ${id} ${address} (reset)`);
  }
  for (const { at, id } of spi) {
    const { miso, mosi, sclk, selects } = spiPins(id) ?? { selects: [] };
    for (const line of [miso, mosi, sclk, ...selects]) claim(line, at, `bus ${id}`);
  }
  if (w1 !== undefined) claim(w1.fields.line, [...w1.at, "line"], "the 1-wire bus");
  for (const { at, id, fields } of expanders)
    claim(fields.rail?.line, [...at, "rail", "line"], `expander ${id} (rail)`);
  for (const { at, fields } of devices) {
    claim(fields.line, [...at, "line"], pathText(at));
    claim(fields.reset?.line, [...at, "reset", "line"], `${pathText(at)} (reset)`);
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
