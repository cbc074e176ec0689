/** Where a board lies on a system with systemd, and whose it is. */
export const INSTALL = {
  slots: "/opt/holdfast",
  config: "/etc/holdfast/board.config.json",
  state: "/var/lib/holdfast",
  account: "holdfast",
} as const;
