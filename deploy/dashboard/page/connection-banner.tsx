/** Says in words that nothing comes from the broker, since when what is shown is old, and what happens next. */
import type { Connection } from "../store/connection.ts";
import { formatSpan, formatTime } from "../store/format.ts";
import { Icon } from "./icon.tsx";
import { brokerUrl, connection, now, retryNow } from "./live.ts";

export function ConnectionBanner() {
  const current = connection.value;
  if (current.phase === "online" || current.phase === "denied") return null;
  const lost = current.phase === "lost";
  // Before anything failed there is nothing to warn about.
  if (!lost && current.retryAtMs === null) return null;
  return (
    <div class="banner" data-testid="connection-banner" role={lost ? "alert" : "status"}>
      <Icon name="warning" />
      <p>
        {lost ? (
          <>
            <b>Connection lost, values are old since {since(current)}.</b> Commands are not sent.{" "}
          </>
        ) : (
          <>
            <b>No connection to {brokerUrl}.</b> Is the board running?{" "}
          </>
        )}
        <span aria-hidden="true">{next(current)}</span>
      </p>
      <button type="button" data-testid="retry" disabled={current.retryAtMs === null} onClick={retryNow}>
        Try now
      </button>
    </div>
  );
}

function since({ lastHeardMs }: Connection): string {
  return lastHeardMs === null ? "the page was opened" : formatTime(lastHeardMs, now.value);
}

/** Counts, so it is kept from screen readers: they would read it out every second. */
function next({ lastHeardMs, retryAtMs }: Connection): string {
  const ago = lastHeardMs === null ? "" : `That is ${formatSpan(now.value - lastHeardMs)} ago. `;
  if (retryAtMs === null) return `${ago}Trying now.`;
  return `${ago}Trying again in ${Math.max(1, Math.ceil((retryAtMs - now.value) / 1000))} s.`;
}
