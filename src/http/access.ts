import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HttpConfig } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import type { Secret } from '../util/secret.ts';
import { addressGroup, clientAddress } from './client-address.ts';
import { LoginLimit } from './login-limit.ts';
import { refusalOf } from './origin-policy.ts';
import { Sessions } from './sessions.ts';

const COOKIE = 'framewatch_session';

/** Who asks. `session` is the key of a browser's session, null for a bearer of the token or where no authentication is asked for. */
export interface Identity {
  readonly session: string | null;
}

export type LoginOutcome =
  | { readonly kind: 'accepted'; readonly setCookie: string | null }
  | { readonly kind: 'wrongToken' }
  | { readonly kind: 'tooMany'; readonly retryAfterSeconds: number };

/** Decides for each request, WebSocket upgrades included, whether it may be answered. `token` null: authentication is off. */
export class Access {
  readonly #config: HttpConfig;
  readonly #tokenHash: Buffer | null;
  readonly #sessions: Sessions;
  readonly #logins: LoginLimit;

  constructor(config: HttpConfig, token: Secret | null, clock: Clock) {
    this.#config = config;
    this.#tokenHash = token && hash(token.reveal());
    this.#sessions = new Sessions(clock);
    this.#logins = new LoginLimit(clock);
  }

  get required(): boolean {
    return this.#tokenHash !== null;
  }

  /** Why this request is refused whoever sends it (foreign host name or origin), or null. */
  refusal(request: IncomingMessage): string | null {
    const { headers } = request;
    const forwardedHost = this.#config.trustProxy ? single(headers['x-forwarded-host']) : undefined;
    return refusalOf(
      {
        host: forwardedHost ?? headers.host,
        origin: headers.origin,
        fetchSite: single(headers['sec-fetch-site']),
        localAddress: request.socket.localAddress,
        changes: request.method !== 'GET' && request.method !== 'HEAD',
      },
      { boundHost: this.#config.host, allowedHosts: this.#config.allowedHosts, allowedOrigins: this.#config.allowedOrigins },
    );
  }

  /** Null: not let in. */
  identify(request: IncomingMessage): Identity | null {
    if (!this.#tokenHash) return { session: null };
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.#isToken(bearer) ? { session: null } : null;
    const cookie = cookieOf(request.headers.cookie);
    const session = cookie === undefined ? null : this.#sessions.find(cookie);
    return session === null ? null : { session };
  }

  /** Where it comes from, as far as can be told. */
  address(request: IncomingMessage): string {
    const forwarded = single(request.headers['x-forwarded-for']);
    return clientAddress(request.socket.remoteAddress, forwarded, this.#config.trustProxy);
  }

  /** What limits are counted by. */
  group(request: IncomingMessage): string {
    return addressGroup(this.address(request));
  }

  login(request: IncomingMessage, token: string): LoginOutcome {
    if (!this.#tokenHash) return { kind: 'accepted', setCookie: null };
    const retryAfterSeconds = this.#logins.attempt(this.group(request));
    if (retryAfterSeconds > 0) return { kind: 'tooMany', retryAfterSeconds };
    if (!this.#isToken(token)) return { kind: 'wrongToken' };
    return { kind: 'accepted', setCookie: this.#cookie(request, this.#sessions.open(), '') };
  }

  /** Returns the header that makes the browser forget the cookie. */
  logout(request: IncomingMessage, identity: Identity): string {
    if (identity.session !== null) this.#sessions.end(identity.session);
    return this.#cookie(request, '', '; Max-Age=0');
  }

  #cookie(request: IncomingMessage, value: string, more: string): string {
    const forwardedProto = this.#config.trustProxy ? single(request.headers['x-forwarded-proto']) : undefined;
    const secure = this.#config.tls.cert !== null || forwardedProto === 'https' ? '; Secure' : '';
    return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${more}`;
  }

  #isToken(candidate: string): boolean {
    return this.#tokenHash !== null && timingSafeEqual(hash(candidate), this.#tokenHash);
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.at(-1) : value;
}

function cookieOf(header: string | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.split('=', 2);
    if (name?.trim() === COOKIE) return value?.trim();
  }
  return undefined;
}
