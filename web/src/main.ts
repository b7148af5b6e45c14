import "./styles/page.css";
import { digitsPage } from "./pages/digits/page.js";
import { fieldPage } from "./pages/field/page.js";
import { flowPage } from "./pages/flow/page.js";
import { pendulumPage } from "./pages/pendulum/page.js";
import { keepOffline } from "./shell/offline.js";
import { shell } from "./shell/shell.js";

shell([flowPage, fieldPage, digitsPage, pendulumPage]);
keepOffline();
