/** The bar on top: product, connection in one word, theme. */

import { Icon, type IconName } from "./icon.tsx";
import { connection } from "./live.ts";
import { nextTheme, theme } from "./theme.ts";

const words = {
  connecting: { text: "connecting", icon: "stale" },
  online: { text: "connected", icon: "good" },
  lost: { text: "connection lost", icon: "bad" },
  denied: { text: "not signed in", icon: "lock" },
} as const satisfies Record<string, { text: string; icon: IconName }>;

const themeIcons = { auto: "half", dark: "moon", light: "sun" } as const;

export function Header() {
  const { phase, retryAtMs } = connection.value;
  const { text, icon } = phase === "connecting" && retryAtMs !== null ? noConnection : words[phase];
  return (
    <header class="top">
      <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
        <path d="M3 22h7V10h12v12h7" />
        <path class="logo-bar" d="M10 27h12" />
      </svg>
      <h1>Holdfast</h1>
      <span
        class={`connection connection-${phase}`}
        role="status"
        data-testid="connection"
        data-phase={phase}
      >
        <Icon name={icon} />
        {text}
      </span>
      <button type="button" class="quiet theme" data-testid="theme" onClick={nextTheme}>
        <Icon name={themeIcons[theme.value]} />
        <span class="visually-hidden">theme: </span>
        {theme.value}
      </button>
    </header>
  );
}

const noConnection = { text: "no connection", icon: "bad" } as const;
