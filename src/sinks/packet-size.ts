/** What of a message takes room on the wire. */
export interface SizedMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos: 0 | 1;
  readonly properties?: { readonly contentType?: string; readonly expirySeconds?: number; readonly user?: Readonly<Record<string, string>> };
}

/** Bytes of the whole PUBLISH packet as MQTT 5 writes it (sections 2.1 and 3.3): what a broker's Maximum Packet Size is about. */
export function publishBytes({ topic, payload, qos, properties }: SizedMessage): number {
  const own = propertyBytes(properties ?? {});
  const content = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength;
  const remaining = textBytes(topic) + (qos === 1 ? PACKET_ID : 0) + lengthBytes(own) + own + content;
  return 1 + lengthBytes(remaining) + remaining;
}

const PACKET_ID = 2;
/** Each property begins with what it is. */
const NAME = 1;
const SECONDS = 4;

function propertyBytes({ contentType, expirySeconds, user = {} }: NonNullable<SizedMessage['properties']>): number {
  const pairs = Object.entries(user).map(([name, value]) => NAME + textBytes(name) + textBytes(value));
  const single = (contentType === undefined ? 0 : NAME + textBytes(contentType)) + (expirySeconds === undefined ? 0 : NAME + SECONDS);
  return pairs.reduce((sum, bytes) => sum + bytes, single);
}

/** A text has its length before it. */
function textBytes(text: string): number {
  return 2 + Buffer.byteLength(text);
}

/** A variable byte integer, of seven bits a byte. */
function lengthBytes(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;
}
