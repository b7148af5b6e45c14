/// <reference lib="webworker" />
/**
 * Keeps the site for the next visit, without a network too, and adds the headers that let threads share memory where the
 * host cannot.
 */
export {};

declare const self: ServiceWorkerGlobalScope;

/** Filled in by the build. */
declare const __OFFLINE_FILES__: readonly string[];
declare const __OFFLINE_VERSION__: string;

const CACHE = `hypersolvers-${__OFFLINE_VERSION__}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([...__OFFLINE_FILES__]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("hypersolvers-") && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(answer(request));
});

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept !== undefined) return isolated(kept);
  const response = await fetch(request);
  if (response.ok && response.status === 200) await cache.put(request, response.clone());
  return isolated(response);
}

/** The same answer with the headers of an isolated page. */
function isolated({ body, status, statusText, headers }: Response): Response {
  const all = new Headers(headers);
  all.set("cross-origin-opener-policy", "same-origin");
  all.set("cross-origin-embedder-policy", "require-corp");
  all.set("cross-origin-resource-policy", "same-origin");
  return new Response(body, { status, statusText, headers: all });
}
