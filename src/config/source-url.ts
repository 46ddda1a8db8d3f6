import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What is wrong with a value and what would be right; neither quotes the value. */
export interface Fault {
  readonly wrong: string;
  readonly right: string;
}

export interface Credentials {
  readonly username: string | null;
  readonly password: string | null;
}

const LONGEST_URL_BYTES = 2048;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;
/** `scheme://authority` and what follows; a raw `@` in there is usually the tail of a password that was not encoded. */
const BEHIND_AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is;

/** Judges a URL by itself; null when all is well. Its scheme must be one of `schemes`. */
export function urlFault(text: string, schemes: readonly string[]): Fault | null {
  const right = `${schemes.join(', ')}, as in ${EXAMPLES[schemes[0] ?? ''] ?? `${schemes[0] ?? 'scheme'}://host/path`}`;
  if (Buffer.byteLength(text) > LONGEST_URL_BYTES) return { wrong: 'is too long for a URL', right: `at most ${LONGEST_URL_BYTES} bytes` };
  if (CONTROL_CHARACTER.test(text)) return { wrong: 'has a control character in the URL', right: 'remove line breaks and tabs' };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.includes(scheme)) return { wrong: 'is not a URL of a scheme that is allowed here', right };
  if (scheme === 'file') return fileUrlFault(text);
  if (!/^[a-z0-9+.-]+:\/\//i.test(text)) return { wrong: 'is not a URL', right };
  if (BEHIND_AUTHORITY.exec(text)?.[1]?.includes('@')) {
    return { wrong: 'has an @ behind the host', right: 'give username and password as keys of their own; write %40 for an @ in the path' };
  }
  const url = parsed(text);
  if (url === null) return { wrong: 'is not a URL', right: `${right}; give username and password as keys of their own` };
  return url.hostname === '' ? { wrong: 'has no host in the URL', right } : null;
}

const EXAMPLES: Readonly<Record<string, string>> = { rtsp: 'rtsp://192.168.1.20:554/stream1', mqtt: 'mqtt://localhost:1883' };

function fileUrlFault(text: string): Fault | null {
  const right = 'file:///absolute/path.mp4, or file:clip.mp4 beside the configuration';
  const url = parsed(text);
  if (url === null || url.pathname === '/') return { wrong: 'is not a file URL', right };
  if (url.search !== '' || url.hash !== '') return { wrong: 'has a ? or # in a file URL', right: 'write %3F for ?, %23 for #' };
  try {
    fileURLToPath(url);
    return null;
  } catch {
    return { wrong: 'is not a URL of a local file', right };
  }
}

/**
 * Takes user name and password out of a URL that `urlFault` accepted, decoded. A relative file URL (`file:clip.mp4`) becomes
 * absolute, from `folder`.
 */
export function splitCredentials(text: string, folder: string): { readonly url: string; readonly credentials: Credentials } {
  const url = new URL(text);
  if (url.protocol === 'file:') {
    const written = decoded(text.slice('file:'.length));
    const absolute = isAbsolute(written) ? url : pathToFileURL(resolve(folder, written));
    return { url: absolute.href, credentials: { username: null, password: null } };
  }
  const credentials: Credentials = {
    username: url.username === '' ? null : decoded(url.username),
    password: url.password === '' ? null : decoded(url.password),
  };
  url.username = '';
  url.password = '';
  return { url: url.href, credentials };
}

const TELLING_PARAMETER = /^(?:pwd|pass|password|token|auth|key)$/i;

/** Secrets that some cameras want in the query (`?user=admin&pwd=…`): as written and decoded. */
export function querySecrets(text: string): string[] {
  const query = /\?([^#]*)/.exec(text)?.[1] ?? '';
  return query.split(/[&;]/).flatMap((parameter) => {
    const [name = '', ...rest] = parameter.split('=');
    const value = rest.join('=');
    return TELLING_PARAMETER.test(name) && value !== '' ? [value, decoded(value)] : [];
  });
}

function parsed(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
