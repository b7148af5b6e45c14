import "./styles/page.css";
import { flowPage } from "./pages/flow/page.js";
import { keepOffline } from "./shell/offline.js";
import { shell } from "./shell/shell.js";

// The first page comes at once, the others when they are visited.
shell([
  { name: "flow", title: "Flow", make: flowPage },
  {
    name: "field",
    title: "Your field",
    make: async () => (await import("./pages/field/page.js")).fieldPage(),
  },
  {
    name: "digits",
    title: "Digits",
    make: async () => (await import("./pages/digits/page.js")).digitsPage(),
  },
  {
    name: "pendulum",
    title: "Pendulum",
    make: async () => (await import("./pages/pendulum/page.js")).pendulumPage(),
  },
]);
keepOffline();
