/** Names of the modules that come with the programs of the cells' threads. */
export const MODULE = {
  cells: "holdfast:cells",
  sharedCell: "holdfast:shared-cell",
  hardware: "holdfast:hardware",
  mqtt: "holdfast:mqtt",
  guests: "holdfast:guests",
  reload: "holdfast:reload",
} as const;
