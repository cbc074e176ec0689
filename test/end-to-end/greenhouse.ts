/** What the demo board consists of, written by hand, so that a change of the demo is noticed. */
export const LINE = {
  heater: "GPIO17",
  pump: "GPIO6",
  fan: "GPIO18",
  led: "GPIO24",
  hold: "GPIO25",
} as const;

/** Electrical level at which each output of the demo is safe; the relay of the pump is active low. */
export const SAFE_LEVEL = { GPIO17: 0, GPIO6: 1, GPIO18: 0, GPIO24: 0 } as const;

export const DEVICES = ["climate", "soil", "light", "button", "heater", "pump", "fan", "led"] as const;
export const CONTROLLERS = ["thermostat", "irrigation"] as const;

/** Every reading of the demo with its unit. */
export const READINGS: Readonly<Record<string, string>> = {
  "climate/temperature": "°C",
  "climate/humidity": "%",
  "climate/pressure": "hPa",
  "soil/moisture": "%",
  "light/illuminance": "lx",
  "button/pressed": "",
  "heater/on": "",
  "pump/on": "",
  "fan/level": "",
  "led/on": "",
  "thermostat/setpoint": "°C",
  "thermostat/enabled": "",
  "irrigation/threshold": "%",
  "irrigation/enabled": "",
};
