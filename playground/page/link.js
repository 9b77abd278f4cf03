// The fields of the page as the fragment of a link, compressed. A browser sends no fragment to a server.
const PREFIX = "#v1.";
const MOST_CHARACTERS = 1 << 20;
const TEXTS = ["policy", "older", "pods"];

async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > MOST_CHARACTERS * 4) throw new Error("the link holds too much text");
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

export async function toFragment(fields) {
  const text = new TextEncoder().encode(JSON.stringify(fields));
  const packed = await through(new CompressionStream("deflate-raw"), text);
  const letters = Array.from(packed, (byte) => String.fromCharCode(byte)).join("");
  return PREFIX + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// The fields of a fragment, or null where it has none. Throws an Error for one that is damaged.
export async function fromFragment(fragment) {
  if (!fragment.startsWith(PREFIX)) return null;
  try {
    const letters = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(
      await through(new DecompressionStream("deflate-raw"), bytes),
    );
    return checked(JSON.parse(text));
  } catch {
    throw new Error("This link is damaged: ask for it again, or pick an example.");
  }
}

function checked(fields) {
  const texts = TEXTS.every((name) => typeof fields[name] === "string" && fields[name].length <= MOST_CHARACTERS);
  const names = Array.isArray(fields.targets) && fields.targets.every((name) => typeof name === "string");
  if (!texts || !names || typeof fields.everyone !== "boolean") throw new Error("a field is missing");
  const { policy, older, pods, targets, everyone } = fields;
  return { policy, older, pods, targets, everyone };
}
