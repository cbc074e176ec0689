/** For a card's shell: its log, which is moved from memory to the card now and then. */
export const LOGS = "/dev/null $(ls /data/log/messages /run/messages* 2>/dev/null)";
