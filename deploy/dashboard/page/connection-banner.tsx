/** Says in words that nothing comes from the broker, since when what is shown is old, and what happens next. */
import type { Connection } from "../store/connection.ts";
import { formatSpan, formatTime } from "../store/format.ts";
import { Icon } from "./icon.tsx";
import { brokerUrl, dashboard, now, retryNow } from "./live.ts";

export function ConnectionBanner() {
  const { connection } = dashboard.value;
  if (connection.phase === "online" || connection.phase === "denied") return null;
  const lost = connection.phase === "lost";
  // Before anything failed there is nothing to warn about.
  if (!lost && connection.retryAtMs === null) return null;
  return (
    <div class="banner" data-testid="connection-banner" role={lost ? "alert" : "status"}>
      <Icon name="warning" />
      <p>
        {lost ? (
          <>
            <b>Connection lost, values are old since {since(connection)}.</b> Commands are not sent.{" "}
          </>
        ) : (
          <>
            <b>No connection to {brokerUrl}.</b> Is the board running?{" "}
          </>
        )}
        <span aria-live="off">{next(connection)}</span>
      </p>
      <button type="button" data-testid="retry" disabled={connection.retryAtMs === null} onClick={retryNow}>
        Try now
      </button>
    </div>
  );
}

function since({ lastHeardMs }: Connection): string {
  return lastHeardMs === null
    ? "the page was opened"
    : `${formatTime(lastHeardMs, now.value)} (${formatSpan(now.value - lastHeardMs)})`;
}

function next({ retryAtMs }: Connection): string {
  if (retryAtMs === null) return "Trying now.";
  return `Trying again in ${Math.max(1, Math.ceil((retryAtMs - now.value) / 1000))} s.`;
}
