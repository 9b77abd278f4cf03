// Keeps the files of the page, so that it works offline. The build writes VERSION and FILES above.
const CACHE = `pscc-playground-${VERSION}`;
const KEPT = ["./", ...FILES].map((name) => new URL(name, self.registration.scope).href);

self.addEventListener("install", (event) => {
  const fresh = KEPT.map((url) => new Request(url, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("pscc-playground-") && name !== CACHE;
  const removed = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(removed.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  if (!KEPT.includes(event.request.url.split(/[?#]/)[0])) return;
  event.respondWith(
    caches.open(CACHE).then((cache) => cache.match(event.request, { ignoreSearch: true }))
      .then((kept) => kept ?? fetch(event.request)),
  );
});
