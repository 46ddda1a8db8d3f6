import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { DigestGuard } from './digest-auth.ts';
import { RtpSender } from './rtp-sender.ts';
import { RtspReader, type RtspRequest, serializeResponse } from './rtsp-message.ts';
import type { RtspMount } from './rtsp-mount.ts';
import { describeVideo, TRACK_CONTROL } from './sdp.ts';

/** Why a connection ended. */
export type RtspCloseReason = 'teardown' | 'clientLeft' | 'malformed' | 'slowReader' | 'idle' | 'serverClosed';

export interface RtspConnectionOptions {
  readonly socket: Socket;
  readonly mounts: ReadonlyMap<string, RtspMount>;
  /** null: everybody may watch. */
  readonly guard: DigestGuard | null;
  readonly rejectsLogins: () => boolean;
  /** A client that leaves more bytes than this unread is dropped. */
  readonly maxUnsentBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called exactly once. */
  readonly onClosed: (reason: RtspCloseReason) => void;
}

type Answer = Omit<Parameters<typeof serializeResponse>[0], 'cseq'>;

const METHODS = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'GET_PARAMETER', 'TEARDOWN'];
const GUARDED: ReadonlySet<string> = new Set(['DESCRIBE', 'SETUP', 'PLAY', 'PAUSE']);
const SESSION_TIMEOUT_SECONDS = 60;

/**
 * One client of the server: answers its requests and carries its video. The session lives and ends with the TCP connection.
 * Method by method RFC 2326, chapter 10; transport only RTP over this connection (10.12).
 */
export class RtspConnection {
  readonly #options: RtspConnectionOptions;
  readonly #reader = new RtspReader();
  readonly #session = randomBytes(8).toString('hex');
  #sender: RtpSender | undefined;
  #idleTimer: Timer | undefined;
  #frozen = false;
  #closed = false;

  constructor(options: RtspConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    const { socket } = this.#options;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    // 'close' follows every error; an unheard 'error' would end the process.
    socket.on('error', (error) => this.#options.logger.debug({ error: error.message }, 'a client broke its RTSP connection'));
    socket.on('close', () => this.close('clientLeft'));
    this.#watchIdle();
  }

  /** Idempotent; the first reason counts. `teardown` still delivers what was written, every other reason cuts off. */
  close(reason: RtspCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#idleTimer?.cancel();
    this.#sender?.stop();
    if (reason === 'teardown') this.#options.socket.end();
    else this.#options.socket.destroy();
    this.#options.onClosed(reason);
  }

  /** Says and hears nothing any more, but keeps the connection open. */
  freeze(): void {
    this.#frozen = true;
    this.#options.socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    this.#options.socket.resume();
  }

  #receive(chunk: Buffer): void {
    for (const item of this.#reader.push(chunk)) {
      if (this.#closed) return;
      // Interleaved frames are the client's receiver reports: nothing here adapts to them.
      if (item.kind === 'request') this.#respond(item.request);
      else if (item.kind === 'malformed') this.#refuse(item.reason);
    }
    if (!this.#closed) this.#watchIdle();
  }

  #refuse(reason: string): void {
    this.#options.logger.debug({ reason }, 'an RTSP client sent something that is no RTSP');
    this.#options.socket.write(serializeResponse({ status: 400, cseq: null, headers: { Connection: 'close' } }));
    this.close('malformed');
  }

  #respond(request: RtspRequest): void {
    const answer = this.#answer(request);
    this.#write(serializeResponse({ ...answer, cseq: request.headers.get('cseq') ?? null }));
    if (request.method === 'TEARDOWN' && answer.status === 200) this.close('teardown');
  }

  #answer(request: RtspRequest): Answer {
    const refusal = GUARDED.has(request.method) ? this.#refusal(request) : null;
    if (refusal) return refusal;
    switch (request.method) {
      case 'OPTIONS':
        return { status: 200, headers: { Public: METHODS.join(', ') } };
      case 'DESCRIBE':
        return this.#describe(request);
      case 'SETUP':
        return this.#setUp(request);
      case 'PLAY':
        return this.#play(request);
      case 'PAUSE':
        return this.#inSession(request, (sender) => {
          sender.stop();
          return {};
        });
      case 'GET_PARAMETER':
        return { status: 200, ...(this.#sender && { headers: this.#sessionHeader() }) };
      case 'TEARDOWN':
        return this.#inSession(request, () => ({}));
      default:
        return { status: 501, headers: { Allow: METHODS.join(', ') } };
    }
  }

  #refusal(request: RtspRequest): Answer | null {
    const { guard, rejectsLogins } = this.#options;
    if (!guard) return null;
    const outcome = guard.check(request.method, request.uri, request.headers.get('authorization'));
    if (outcome === 'accepted' && !rejectsLogins()) return null;
    return { status: 401, headers: { 'WWW-Authenticate': guard.challenges(outcome === 'stale' && !rejectsLogins()) } };
  }

  #describe(request: RtspRequest): Answer {
    const mount = this.#options.mounts.get(pathOf(request.uri));
    if (!mount) return { status: 404 };
    const { name, framesPerSecond, stream } = mount.clip;
    const host = this.#options.socket.localAddress ?? '0.0.0.0';
    return {
      status: 200,
      headers: { 'Content-Type': 'application/sdp', 'Content-Base': `${request.uri.replace(/\/$/, '')}/` },
      body: describeVideo({ name, host, sessionId: 1, framesPerSecond, stream }),
    };
  }

  #setUp(request: RtspRequest): Answer {
    const path = pathOf(request.uri);
    const mount = path.endsWith(`/${TRACK_CONTROL}`) ? this.#options.mounts.get(path.slice(0, -TRACK_CONTROL.length - 1)) : undefined;
    if (!mount) return { status: 404 };
    if (this.#sender) return { status: 455 };
    const channels = interleavedChannels(request.headers.get('transport') ?? '');
    if (!channels) return { status: 461 };
    const { clock } = this.#options;
    this.#sender = new RtpSender({ mount, clock, channels, write: (bytes) => this.#write(bytes) });
    const source = this.#sender.source.toString(16).padStart(8, '0').toUpperCase();
    const transport = `RTP/AVP/TCP;unicast;interleaved=${channels.rtp}-${channels.rtcp};ssrc=${source};mode="PLAY"`;
    return { status: 200, headers: { Transport: transport, ...this.#sessionHeader() } };
  }

  #play(request: RtspRequest): Answer {
    return this.#inSession(request, (sender) => {
      if (sender.playing) return {};
      const { sequence, timestamp } = sender.play();
      const track = `${request.uri.replace(/\/$/, '')}/${TRACK_CONTROL}`;
      return { Range: 'npt=now-', 'RTP-Info': `url=${track};seq=${sequence};rtptime=${timestamp}` };
    });
  }

  #inSession(request: RtspRequest, act: (sender: RtpSender) => Record<string, string>): Answer {
    const [named] = (request.headers.get('session') ?? '').split(';');
    if (!this.#sender || named !== this.#session) return { status: 454 };
    return { status: 200, headers: { ...this.#sessionHeader(), ...act(this.#sender) } };
  }

  #sessionHeader(): Record<string, string> {
    return { Session: `${this.#session};timeout=${SESSION_TIMEOUT_SECONDS}` };
  }

  #write(bytes: Buffer): void {
    const { socket, maxUnsentBytes } = this.#options;
    if (this.#frozen || this.#closed || !socket.writable) return;
    if (socket.writableLength + bytes.length > maxUnsentBytes) this.close('slowReader');
    else socket.write(bytes);
  }

  /** Who does not play and says nothing is not worth a socket. Players are watched by what they leave unread. */
  #watchIdle(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = this.#options.clock.setTimer(SESSION_TIMEOUT_SECONDS * 1000, () => {
      if (this.#sender?.playing) this.#watchIdle();
      else this.close('idle');
    });
  }
}

/** The path of an RTSP URL without query and without a slash at its end; clients send whole URLs. */
function pathOf(uri: string): string {
  const [, path = ''] = /^rtsps?:\/\/[^/]*([^?]*)/i.exec(uri) ?? [];
  return path.replace(/\/+$/, '');
}

/** The first transport of the list that is RTP over this connection; channels are 0 and 1 unless the client names others. */
function interleavedChannels(transport: string): { rtp: number; rtcp: number } | null {
  const wanted = transport.split(',').find((one) => /^\s*RTP\/AVP\/TCP(;|\s*$)/i.test(one));
  if (wanted === undefined) return null;
  const [, first = '0'] = /interleaved=(\d{1,3})/i.exec(wanted) ?? [];
  const rtp = Number(first);
  return rtp < 255 ? { rtp, rtcp: rtp + 1 } : null;
}
