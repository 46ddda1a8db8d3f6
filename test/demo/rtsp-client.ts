import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';
import { digestResponse } from '../../src/demo/digest-auth.ts';

export interface RtspReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RtpPacket {
  readonly last: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  readonly payload: Buffer;
}

/** Repeats `check` until it does not throw. */
export function until(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { interval: 1, timeout: 5000 });
}

/** A client that does what it is told, to look at a server from outside. */
export class RtspClient {
  readonly replies: RtspReply[] = [];
  readonly packets: RtpPacket[] = [];
  /** RTCP compounds as they came. */
  readonly reports: Buffer[] = [];
  /** Which of the two came, in order. */
  readonly order: ('rtp' | 'rtcp')[] = [];
  closed = false;
  readonly #socket: Socket;
  readonly #login: { readonly username: string; readonly password: string };
  #pending: Buffer = Buffer.alloc(0);
  #challenge = '';
  #sequence = 0;

  private constructor(socket: Socket, login: { username: string; password: string }) {
    this.#socket = socket;
    this.#login = login;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Rejects when the connection is refused. */
  static async open(port: number, login: { username: string; password: string } = { username: '', password: '' }): Promise<RtspClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RtspClient(socket, login);
  }

  send(bytes: string): void {
    this.#socket.write(bytes);
  }

  /** Stops reading, as a client does that hangs. */
  pause(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** One request; with a login once the server asked for one. */
  async request(method: string, uri: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspReply> {
    const count = this.replies.length;
    this.#sequence += 1;
    const all = { CSeq: String(this.#sequence), ...(this.#challenge && { Authorization: this.#authorization(method, uri) }), ...headers };
    this.send(
      `${method} ${uri} RTSP/1.0\r\n${Object.entries(all)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    );
    await until(() => {
      if (this.replies.length === count) throw new Error(`no reply to ${method}`);
    });
    const reply = this.replies[count];
    if (!reply) throw new Error('unreachable');
    this.#challenge = reply.headers['www-authenticate'] ?? this.#challenge;
    return reply;
  }

  /** From login to PLAY; the reply to PLAY. */
  async play(url: string): Promise<RtspReply> {
    await this.request('DESCRIBE', url);
    await this.request('DESCRIBE', url);
    const setUp = await this.request('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
    return this.request('PLAY', `${url}/`, { Session: setUp.headers['session'] ?? '' });
  }

  #authorization(method: string, uri: string): string {
    const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(this.#challenge)?.[1] ?? '';
    const [realm, nonce] = [value('realm'), value('nonce')];
    const response = digestResponse({ ...this.#login, realm, nonce, uri, method, algorithm: 'MD5', auth: null });
    return `Digest username="${this.#login.username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`;
  }

  #receive(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 4) {
      const taken = this.#pending[0] === 0x24 ? this.#takeFrame() : this.#takeReply();
      if (taken === 0) return;
      this.#pending = this.#pending.subarray(taken);
    }
  }

  #takeFrame(): number {
    const end = 4 + this.#pending.readUInt16BE(2);
    if (this.#pending.length < end) return 0;
    const bytes = this.#pending.subarray(4, end);
    const video = this.#pending[1] === 0;
    this.order.push(video ? 'rtp' : 'rtcp');
    if (video) this.packets.push(rtpPacket(bytes));
    else this.reports.push(bytes);
    return end;
  }

  #takeReply(): number {
    const headEnd = this.#pending.indexOf('\r\n\r\n');
    if (headEnd < 0) return 0;
    const [first = '', ...lines] = this.#pending.toString('utf8', 0, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
    if (this.#pending.length < end) return 0;
    this.replies.push({ status: Number(first.split(' ')[1]), headers, body: this.#pending.toString('utf8', headEnd + 4, end) });
    return end;
  }
}

function rtpPacket(bytes: Buffer): RtpPacket {
  return {
    last: (bytes.readUInt8(1) & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    payload: bytes.subarray(12),
  };
}
