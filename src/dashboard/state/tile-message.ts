/** A picture of a camera: the very frame that the network classified. */
export interface TileMessage {
  readonly camera: string;
  readonly sequence: number;
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

const VERSION = 1;
const decoder = new TextDecoder();

/** A binary frame: version, length of the id, id, 8 bytes frame sequence (big endian), JPEG. Null when it is another version or cut short. */
export function readTile(bytes: ArrayBuffer): TileMessage | null {
  const view = new DataView(bytes);
  if (view.byteLength < 2 || view.getUint8(0) !== VERSION) return null;
  const idLength = view.getUint8(1);
  const start = 2 + idLength + 8;
  if (view.byteLength <= start) return null;
  return {
    camera: decoder.decode(new Uint8Array(bytes, 2, idLength)),
    sequence: Number(view.getBigUint64(2 + idLength)),
    jpeg: new Uint8Array(bytes, start),
  };
}
