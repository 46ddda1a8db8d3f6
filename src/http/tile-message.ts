const TILE_VERSION = 1;

/**
 * The binary frame of `/ws`: 1 byte version, 1 byte length of the camera id, the id (ASCII), 8 bytes frame sequence
 * (big endian, the one of classifications and events), JPEG.
 */
export function encodeTile(cameraId: string, frameSequence: number, jpeg: Uint8Array): Uint8Array {
  const id = Buffer.from(cameraId, 'ascii');
  const message = Buffer.allocUnsafe(2 + id.length + 8 + jpeg.length);
  message.writeUInt8(TILE_VERSION, 0);
  message.writeUInt8(id.length, 1);
  id.copy(message, 2);
  message.writeBigUInt64BE(BigInt(frameSequence), 2 + id.length);
  message.set(jpeg, 10 + id.length);
  return message;
}
