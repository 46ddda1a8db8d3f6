/** RTSP 1.0 messages (RFC 2326) on a TCP connection, where binary frames may stand between them (section 10.12). */
export interface RtspRequest {
  readonly method: string;
  readonly uri: string;
  /** Names in lower case; of a repeated header the last one counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What a client sent. After `malformed` nothing more can be understood on that connection. */
export type RtspItem =
  | { readonly kind: 'request'; readonly request: RtspRequest }
  | { readonly kind: 'interleaved'; readonly channel: number; readonly payload: Buffer }
  | { readonly kind: 'malformed'; readonly reason: string };

const MAX_HEAD_BYTES = 16_384;
const MAX_BODY_BYTES = 65_536;
const DOLLAR = 0x24;
const INTERLEAVED_HEAD_BYTES = 4;
const REQUEST_LINE = /^([A-Z_]+) (\S+) RTSP\/1\.0$/;

/** Cuts the bytes of one connection into items, however they are sliced. Holds at most one incomplete item. */
export class RtspReader {
  #pending: Buffer = Buffer.alloc(0);
  #broken = false;

  push(chunk: Buffer): RtspItem[] {
    if (this.#broken) return [];
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const items: RtspItem[] = [];
    for (let item = this.#next(); item; item = this.#next()) {
      items.push(item);
      if (item.kind !== 'malformed') continue;
      this.#broken = true;
      this.#pending = Buffer.alloc(0);
      break;
    }
    return items;
  }

  #next(): RtspItem | null {
    this.#skipBlankLines();
    if (this.#pending.length === 0) return null;
    return this.#pending[0] === DOLLAR ? this.#nextInterleaved() : this.#nextRequest();
  }

  /** Some clients end a body with an extra line break, as HTTP tells servers to forgive. */
  #skipBlankLines(): void {
    let start = 0;
    while (this.#pending[start] === 0x0d || this.#pending[start] === 0x0a) start += 1;
    if (start > 0) this.#pending = this.#pending.subarray(start);
  }

  #nextInterleaved(): RtspItem | null {
    if (this.#pending.length < INTERLEAVED_HEAD_BYTES) return null;
    const end = INTERLEAVED_HEAD_BYTES + this.#pending.readUInt16BE(2);
    if (this.#pending.length < end) return null;
    const item: RtspItem = {
      kind: 'interleaved',
      channel: this.#pending.readUInt8(1),
      payload: this.#pending.subarray(INTERLEAVED_HEAD_BYTES, end),
    };
    this.#pending = this.#pending.subarray(end);
    return item;
  }

  #nextRequest(): RtspItem | null {
    const headEnd = this.#pending.indexOf('\r\n\r\n');
    if (headEnd < 0) return this.#pending.length > MAX_HEAD_BYTES ? malformed('the head of a request is too long') : null;
    if (headEnd > MAX_HEAD_BYTES) return malformed('the head of a request is too long');
    const head = parseHead(this.#pending.toString('utf8', 0, headEnd));
    if (typeof head === 'string') return malformed(head);
    const bodyLength = contentLength(head.headers);
    if (bodyLength === null) return malformed('Content-Length is no number, or too large');
    const end = headEnd + 4 + bodyLength;
    if (this.#pending.length < end) return null;
    const request: RtspRequest = { ...head, body: this.#pending.subarray(headEnd + 4, end) };
    this.#pending = this.#pending.subarray(end);
    return { kind: 'request', request };
  }
}

/** Bytes of a response. `cseq` repeats the request's; a header whose value is a list is written once for each value. */
export function serializeResponse(response: {
  readonly status: number;
  readonly cseq: string | null;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}): Buffer {
  const lines = [`RTSP/1.0 ${response.status} ${REASONS[response.status] ?? 'Unknown'}`];
  if (response.cseq !== null) lines.push(`CSeq: ${response.cseq}`);
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
  }
  const body = Buffer.from(response.body ?? '');
  if (body.length > 0) lines.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  459: 'Aggregate Operation Not Allowed',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

function parseHead(text: string): { method: string; uri: string; headers: Map<string, string> } | string {
  const [first = '', ...rest] = text.split('\r\n');
  const [, method, uri] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined || uri === undefined) return 'the request line is not RTSP 1.0';
  const headers = new Map<string, string>();
  for (const line of rest) {
    const colon = line.indexOf(':');
    if (colon <= 0) return 'a header line has no name';
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method, uri, headers };
}

function contentLength(headers: ReadonlyMap<string, string>): number | null {
  const text = headers.get('content-length');
  if (text === undefined) return 0;
  return /^\d{1,6}$/.test(text) && Number(text) <= MAX_BODY_BYTES ? Number(text) : null;
}

function malformed(reason: string): RtspItem {
  return { kind: 'malformed', reason };
}
