/** Dark or light: as the system says, until somebody chooses; the choice is kept in this browser. */
import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "dark" | "light";

const key = "holdfast-theme";
const order: readonly Theme[] = ["auto", "dark", "light"];
const systemDark = matchMedia("(prefers-color-scheme: dark)");

export const theme = signal<Theme>(stored());
/** Changes whenever colours do, so that canvases draw again. */
export const paint = signal(0);

/** Applies the theme, now and whenever it changes. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    paint.value = paint.peek() + 1;
  });
  systemDark.addEventListener("change", () => {
    paint.value++;
  });
}

/** auto, dark, light, and round again. */
export function nextTheme(): void {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? "auto";
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // A browser that stores nothing still shows the theme until the page is closed.
  }
}

function stored(): Theme {
  try {
    return order.find((entry) => entry === localStorage.getItem(key)) ?? "auto";
  } catch {
    return "auto"; // storage is not allowed here
  }
}
