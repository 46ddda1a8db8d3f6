import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../util/clock.ts';
import type { Secret } from '../util/secret.ts';

type DigestAlgorithm = 'MD5' | 'SHA-256';

/** The parameters of an `Authorization: Digest …` header that take part in the check (RFC 7616, 3.4). */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  /** null: the older form of RFC 2069, which most cameras and clients speak. */
  readonly auth: { readonly nonceCount: string; readonly clientNonce: string } | null;
}

/** `stale`: right password, but over a nonce that is not (or no longer) ours; the client may repeat without asking a person. */
export type LoginOutcome = 'accepted' | 'missing' | 'stale' | 'rejected';

const NONCE_LIFE_MS = 60_000;
const HASHES: Readonly<Record<DigestAlgorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** Guards one connection with a nonce of its own, so that an overheard answer is worth nothing on another one. */
export class DigestGuard {
  readonly #realm: string;
  readonly #username: string;
  readonly #password: Secret;
  readonly #clock: Clock;
  #nonce = '';
  #issuedAt = Number.NEGATIVE_INFINITY;

  constructor(login: { realm: string; username: string; password: Secret }, clock: Clock) {
    this.#realm = login.realm;
    this.#username = login.username;
    this.#password = login.password;
    this.#clock = clock;
  }

  check(method: string, uri: string, authorization: string | undefined): LoginOutcome {
    if (authorization === undefined) return 'missing';
    const given = parseAuthorization(authorization);
    if (!given || given.username !== this.#username || given.realm !== this.#realm || given.uri !== uri) return 'rejected';
    const wanted = digestResponse({ ...given, method, password: this.#password.reveal() });
    if (!equalInConstantTime(given.response.toLowerCase(), wanted)) return 'rejected';
    const fresh = given.nonce === this.#nonce && this.#clock.monotonicMs() - this.#issuedAt <= NONCE_LIFE_MS;
    return fresh ? 'accepted' : 'stale';
  }

  /**
   * Values of `WWW-Authenticate`. MD5 comes last and without `qop`: ffmpeg and GStreamer both obey the last challenge, and
   * neither knows SHA-256.
   */
  challenges(stale: boolean): string[] {
    this.#nonce = randomBytes(16).toString('hex');
    this.#issuedAt = this.#clock.monotonicMs();
    const common = `Digest realm="${this.#realm}", nonce="${this.#nonce}"${stale ? ', stale=true' : ''}`;
    return [`${common}, qop="auth", algorithm=SHA-256`, `${common}, algorithm=MD5`];
  }
}

/** The `response` of a login (RFC 7616, 3.4.1; without `auth` the formula of RFC 2069). Lower-case hexadecimal. */
export function digestResponse(login: Omit<DigestCredentials, 'response'> & { readonly method: string; readonly password: string }): string {
  const hash = (text: string) => createHash(HASHES[login.algorithm]).update(text).digest('hex');
  const who = hash(`${login.username}:${login.realm}:${login.password}`);
  const what = hash(`${login.method}:${login.uri}`);
  if (!login.auth) return hash(`${who}:${login.nonce}:${what}`);
  return hash(`${who}:${login.nonce}:${login.auth.nonceCount}:${login.auth.clientNonce}:auth:${what}`);
}

/** null for anything that is no complete digest login of a kind that we offer. */
export function parseAuthorization(header: string): DigestCredentials | null {
  const [, list] = /^Digest\s+(.*)$/i.exec(header) ?? [];
  if (list === undefined) return null;
  const values = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of list.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    values.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare);
  }
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map((name) => values.get(name));
  if (username === undefined || realm === undefined || nonce === undefined || uri === undefined || response === undefined) return null;
  const algorithm = algorithmOf(values.get('algorithm'));
  const auth = authOf(values);
  return algorithm && auth !== undefined ? { username, realm, nonce, uri, response, algorithm, auth } : null;
}

function algorithmOf(name: string | undefined): DigestAlgorithm | null {
  const upper = (name ?? 'MD5').toUpperCase();
  return upper === 'MD5' || upper === 'SHA-256' ? upper : null;
}

/** undefined: a quality of protection that we did not offer, or half of one. */
function authOf(values: ReadonlyMap<string, string>): DigestCredentials['auth'] | undefined {
  const qop = values.get('qop');
  if (qop === undefined) return null;
  const nonceCount = values.get('nc');
  const clientNonce = values.get('cnonce');
  return qop.toLowerCase() === 'auth' && nonceCount !== undefined && clientNonce !== undefined ? { nonceCount, clientNonce } : undefined;
}

function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
