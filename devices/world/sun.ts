/** Where the sun stands, and how much light reaches level ground under a clear sky. */

const RADIANS = Math.PI / 180;

/**
 * Sine of the sun's elevation; below 0 at night. `hour` is local solar time, 0..24; `dayOfYear` 1..365.
 * Declination after Cooper (1969), within half a degree: plenty for a model.
 */
export function sunElevationSine(hour: number, dayOfYear: number, latitudeDeg: number): number {
  const declination = 23.45 * RADIANS * Math.sin((2 * Math.PI * (284 + dayOfYear)) / 365);
  const hourAngle = (hour - 12) * 15 * RADIANS;
  const latitude = latitudeDeg * RADIANS;
  return (
    Math.sin(latitude) * Math.sin(declination) +
    Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)
  );
}

/** Clear-sky illuminance of level ground, lx: 0 at night, about 110000 with the sun overhead. */
export function clearSkyLx(elevationSine: number): number {
  // Haze takes more from low sun: the path through the air is longer.
  return elevationSine <= 0 ? 0 : 110_000 * elevationSine ** 1.2;
}
