import type { Box } from './box-splitter.ts';

const HEADER_BYTES = 8;

/** The boxes inside `body`, as far as they are whole. Boxes of more than 4 GiB do not stand inside others here, and end the list. */
export function* boxesIn(body: Uint8Array): Generator<Box> {
  let at = 0;
  while (at + HEADER_BYTES <= body.length) {
    const size = viewOf(body).getUint32(at);
    if (size < HEADER_BYTES || at + size > body.length) return;
    const bytes = body.subarray(at, at + size);
    yield { type: String.fromCharCode(...bytes.subarray(4, HEADER_BYTES)), bytes, body: bytes.subarray(HEADER_BYTES) };
    at += size;
  }
}

/** The first box at the end of `path`, each inside the one before; undefined when there is none. */
export function findBox(body: Uint8Array, ...path: string[]): Uint8Array | undefined {
  let inside: Uint8Array | undefined = body;
  for (const type of path) {
    if (!inside) return undefined;
    inside = [...boxesIn(inside)].find((box) => box.type === type)?.body;
  }
  return inside;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
