import { FramewatchError } from '../../util/errors.ts';

/**
 * The framing of the pipe between daemon and engine process. One message is
 *
 *   offset  bytes  field (numbers little endian)
 *   0       4      magic "FWEN"
 *   4       1      version of this framing
 *   5       1      message type
 *   6       2      zero
 *   8       4      request id: an answer carries that of its question
 *   12      4      length of the head
 *   16      4      length of the payload
 *   20      …      head: JSON, UTF-8
 *   …       …      payload: raw bytes (pictures there, scores back), never JSON and never cloned
 */
export const MESSAGE_TYPES = { init: 1, ready: 2, failed: 3, classify: 4, result: 5, error: 6, close: 7 } as const;
export type MessageType = keyof typeof MESSAGE_TYPES;

export interface WireMessage {
  readonly type: MessageType;
  readonly requestId: number;
  /** What JSON gave; `null` when there was no head. */
  readonly head: unknown;
  /** In a buffer of its own, from `allocate`: it starts at offset 0, so that a Float32Array may lie over it. */
  readonly payload: Uint8Array;
}

export interface WireDecoderOptions {
  /** Gives a buffer of exactly `bytes` for a payload, e.g. from a pool. */
  readonly allocate?: (bytes: number) => Uint8Array;
}

const MAGIC = 0x4e455746; // "FWEN", little endian
const VERSION = 1;
export const HEADER_BYTES = 20;
export const MAX_HEAD_BYTES: number = 1024 * 1024;
/** 256 pictures of 299 × 299 are 69 MB. */
export const MAX_PAYLOAD_BYTES: number = 256 * 1024 * 1024;
const NOTHING = new Uint8Array(0);
const TYPE_BY_CODE: ReadonlyMap<number, MessageType> = new Map(Object.entries(MESSAGE_TYPES).map(([name, code]) => [code, name as MessageType]));

/** The parts of a message in the order in which they are written; the payload is passed on, not copied. */
export function encodeMessage(type: MessageType, requestId: number, head: unknown, payload: Uint8Array = NOTHING): readonly Uint8Array[] {
  const json = Buffer.from(JSON.stringify(head ?? null), 'utf8');
  if (json.length > MAX_HEAD_BYTES || payload.length > MAX_PAYLOAD_BYTES) {
    throw new FramewatchError('ENGINE_PROTOCOL', `a ${type} message of ${json.length} + ${payload.length} bytes is too large for the engine's pipe`);
  }
  const start = Buffer.alloc(HEADER_BYTES + json.length);
  start.writeUInt32LE(MAGIC, 0);
  start.writeUInt8(VERSION, 4);
  start.writeUInt8(MESSAGE_TYPES[type], 5);
  start.writeUInt32LE(requestId, 8);
  start.writeUInt32LE(json.length, 12);
  start.writeUInt32LE(payload.length, 16);
  json.copy(start, HEADER_BYTES);
  return payload.length > 0 ? [start, payload] : [start];
}

/**
 * Messages out of a byte stream that may be cut anywhere. Each payload byte is copied once: from the chunk into its final place.
 * Throws FramewatchError ENGINE_PROTOCOL; the stream is then lost for good, as nobody knows where the next message begins.
 */
export class WireDecoder {
  readonly #allocate: (bytes: number) => Uint8Array;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #part: 'header' | 'head' | 'payload' = 'header';
  #target: Uint8Array = this.#header;
  #filled = 0;
  #type: MessageType = 'init';
  #head: unknown = null;

  constructor(options: WireDecoderOptions = {}) {
    this.#allocate = options.allocate ?? ((bytes) => new Uint8Array(bytes));
  }

  /** The messages that `chunk` completes. `chunk` may be reused by its owner afterwards. */
  push(chunk: Uint8Array): WireMessage[] {
    const messages: WireMessage[] = [];
    let at = 0;
    for (;;) {
      const taken = Math.min(chunk.length - at, this.#target.length - this.#filled);
      this.#target.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < this.#target.length) return messages;
      const message = this.#finishPart();
      if (message) messages.push(message);
    }
  }

  #finishPart(): WireMessage | undefined {
    switch (this.#part) {
      case 'header':
        this.#readHeader();
        this.#begin('head', new Uint8Array(this.#header.readUInt32LE(12)));
        return undefined;
      case 'head':
        this.#head = parseHead(this.#target);
        this.#begin('payload', this.#payloadBuffer(this.#header.readUInt32LE(16)));
        return undefined;
      case 'payload': {
        const message = { type: this.#type, requestId: this.#header.readUInt32LE(8), head: this.#head, payload: this.#target };
        this.#begin('header', this.#header);
        return message;
      }
    }
  }

  #begin(part: 'header' | 'head' | 'payload', target: Uint8Array): void {
    this.#part = part;
    this.#target = target;
    this.#filled = 0;
  }

  #readHeader(): void {
    const type = TYPE_BY_CODE.get(this.#header.readUInt8(5));
    const headBytes = this.#header.readUInt32LE(12);
    const payloadBytes = this.#header.readUInt32LE(16);
    if (this.#header.readUInt32LE(0) !== MAGIC || this.#header.readUInt8(4) !== VERSION || this.#header.readUInt16LE(6) !== 0 || !type) {
      throw new FramewatchError('ENGINE_PROTOCOL', "the engine's pipe carries something that is not a message of this program's version");
    }
    if (headBytes > MAX_HEAD_BYTES || payloadBytes > MAX_PAYLOAD_BYTES) {
      throw new FramewatchError('ENGINE_PROTOCOL', `a ${type} message announces ${headBytes} + ${payloadBytes} bytes, more than is ever sent`);
    }
    this.#type = type;
  }

  #payloadBuffer(bytes: number): Uint8Array {
    return bytes === 0 ? NOTHING : this.#allocate(bytes);
  }
}

function parseHead(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as unknown;
  } catch (cause) {
    throw new FramewatchError('ENGINE_PROTOCOL', "the head of a message on the engine's pipe is not JSON", { cause });
  }
}
