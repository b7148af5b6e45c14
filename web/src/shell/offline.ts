/** Lets the service worker keep the site, once everything is there; a development server has none. */
export function keepOffline(): void {
  if (import.meta.env.DEV || !("serviceWorker" in navigator)) return;
  const register = (): void =>
    void navigator.serviceWorker.register("./service-worker.js", { type: "module" });
  if (document.readyState === "complete") register();
  else addEventListener("load", register);
}
