import { fileURLToPath } from 'node:url';
import type { CameraConfig } from '../config/config.ts';
import { FramewatchError } from '../util/errors.ts';

export type StreamScheme = 'rtsp' | 'rtsps' | 'http' | 'https' | 'file';

/** A camera's address, checked. `input` is what ffmpeg opens: it holds the password and goes nowhere else. */
export interface StreamAddress {
  readonly scheme: StreamScheme;
  readonly input: string;
  /** Without credentials: for messages. */
  readonly shown: string;
  /**
   * It can be read faster than it plays: a file, or the segments of an HLS playlist. Its packets arrive when they are due; a camera's, when they come.
   */
  readonly isReadAhead: boolean;
  /** Where a TCP connection shows whether the camera is there; null for files. */
  readonly endpoint: { readonly host: string; readonly port: number } | null;
}

const DEFAULT_PORTS = { rtsp: 554, rtsps: 322, http: 80, https: 443 } as const;
const LONGEST_URL = 2048;
const PLAYLIST_ENDING = '.m3u8';

/**
 * Checks the URL (this scheme check is the gate: ffmpeg's protocol whitelist alone would let `tcp://` pass) and puts the
 * credentials in, percent-encoded. Throws CONFIG_INVALID.
 */
export function streamAddress(camera: Pick<CameraConfig, 'id' | 'url' | 'username' | 'password'>): StreamAddress {
  const url = parse(camera.id, camera.url);
  const scheme = url.protocol.slice(0, -1);
  if (!isScheme(scheme)) throw invalid(camera.id, `has a URL of scheme "${scheme}"; rtsp, rtsps, http, https and file are understood`);
  if (scheme === 'file') return fileAddress(camera.id, url);
  if (url.hostname === '') throw invalid(camera.id, 'has a URL without a host name');
  if (url.username !== '' || url.password !== '') throw invalid(camera.id, 'has credentials in its URL; move them to username and password');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port);
  const isReadAhead = scheme.startsWith('http') && url.pathname.toLowerCase().endsWith(PLAYLIST_ENDING);
  return { scheme, input: withCredentials(url.href, camera), shown: url.href, isReadAhead, endpoint: { host, port } };
}

function parse(cameraId: string, text: string): URL {
  if (text.length > LONGEST_URL) throw invalid(cameraId, `has a URL of ${text.length} characters; ${LONGEST_URL} are allowed`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get through
  if (/[\u0000-\u0020\u007f]/.test(text)) throw invalid(cameraId, 'has a URL with spaces or control characters; percent-encode them');
  try {
    return new URL(text);
  } catch {
    throw invalid(cameraId, 'has a URL that cannot be parsed');
  }
}

function fileAddress(cameraId: string, url: URL): StreamAddress {
  let path: string;
  try {
    path = fileURLToPath(url);
  } catch (cause) {
    throw invalid(cameraId, 'has a file URL that names no local file; write file:///absolute/path', cause);
  }
  return { scheme: 'file', input: `file:${path}`, shown: url.href, isReadAhead: true, endpoint: null };
}

function withCredentials(href: string, camera: Pick<CameraConfig, 'username' | 'password'>): string {
  if (camera.username === null) return href;
  const password = camera.password === null ? '' : `:${encodeURIComponent(camera.password.reveal())}`;
  return href.replace('://', () => `://${encodeURIComponent(camera.username ?? '')}${password}@`);
}

function isScheme(scheme: string): scheme is StreamScheme {
  return scheme === 'file' || Object.hasOwn(DEFAULT_PORTS, scheme);
}

function invalid(cameraId: string, what: string, cause?: unknown): FramewatchError {
  return new FramewatchError('CONFIG_INVALID', `camera ${cameraId} ${what}`, { cause });
}
