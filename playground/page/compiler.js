// The compiler in its worker. A question that takes too long ends the worker, and a new one takes its place.
const SECONDS = 20;

// A worker that a blob starts has the page's Content-Security-Policy. One that a file starts has the server's.
function newWorker() {
  const script = `import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return new Worker(url, { type: "module" });
}

export class Compiler {
  #worker;
  #ready;
  #last = Promise.resolve();

  constructor() {
    this.#start();
  }

  // {version, targets}, once Python and pscc are loaded.
  get ready() {
    return this.#ready;
  }

  #start() {
    const worker = (this.#worker = newWorker());
    this.#ready = new Promise((resolve, reject) => {
      worker.addEventListener("error", (event) => reject(new Error(event.message || "the worker does not start")));
      worker.addEventListener("message", ({ data }) => {
        if (data.ready) resolve(data.ready);
        else if (data.broken) reject(new Error(data.broken));
      });
    });
    this.#ready.catch(() => {});
  }

  // The answer to a request of that kind: see answers.py. Questions are answered one after the other.
  ask(kind, request) {
    const answer = this.#last.then(() => this.#ask(kind, request));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #ask(kind, request) {
    await this.#ready;
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        worker.terminate();
        this.#start();
        reject(new Error(`stopped after ${SECONDS} seconds`));
      }, SECONDS * 1000);
      const take = ({ data: { answer, failure } }) => {
        clearTimeout(limit);
        if (failure === undefined) resolve(answer);
        else reject(new Error(failure));
      };
      worker.addEventListener("message", take, { once: true });
      worker.postMessage({ kind, request });
    });
  }
}
