// Reads the data embedded in an output: JSON whose arrays lie in one deflated block of bytes.
import type { Numbers, Payload } from "./model";

type Kind = new (buffer: ArrayBuffer, offset: number, length: number) => Numbers;

const kinds: Record<string, Kind> = {
  uint8: Uint8Array as Kind,
  uint16: Uint16Array as Kind,
  uint32: Uint32Array as Kind,
  int32: Int32Array as Kind,
  float32: Float32Array as Kind,
  float64: Float64Array as Kind,
};

export async function unpack(text: string): Promise<Payload> {
  const body = JSON.parse(text) as Payload;
  return restore(body, Uint8Array.from(atob(body.$data as string), (letter) => letter.charCodeAt(0)));
}

// Puts the arrays of a block of bytes back into the values that refer to them.
export async function restore(body: Payload, packed: BlobPart): Promise<Payload> {
  const buffers = body.$buffers as [string, number[], number][];
  const bytes = await inflate(packed);
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    const object = value as Payload;
    if (typeof object.$ === "number") {
      const [kind, shape, offset] = buffers[object.$];
      const length = shape.reduce((a, b) => a * b, 1);
      return { data: new kinds[kind](bytes, offset, length), shape };
    }
    return Object.fromEntries(Object.entries(object).map(([key, one]) => [key, walk(one)]));
  };
  return walk(body) as Payload;
}

async function inflate(packed: BlobPart): Promise<ArrayBuffer> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}
