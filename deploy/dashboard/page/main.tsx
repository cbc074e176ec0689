import { render } from "preact";
import "./page.css";
import { App } from "./app.tsx";
import { start } from "./live.ts";
import { startTheme } from "./theme.ts";

startTheme();
start();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
