import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { Secret } from '../util/secret.ts';

const TOKEN_BYTES = 32;
/** 32 random bytes in base64url have 43 characters. */
const SHORTEST_TOKEN = 43;

export interface AccessToken {
  readonly token: Secret;
  /** Whether this call wrote the file: the moment to tell the operator where it is. */
  readonly created: boolean;
}

/**
 * The token that opens the HTTP side: from `file`, or, on the first run, random and written there, readable by its owner alone.
 * Throws SECRET_UNREADABLE when the file can be neither read nor written, HTTP_INSECURE when what stands in it is too short to be one.
 */
export async function loadOrCreateToken(file: string): Promise<AccessToken> {
  const existing = await readToken(file);
  if (existing !== null) return { token: existing, created: false };
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    // `wx`: never over a file that somebody else wrote meanwhile, never through a link that lies there.
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${token}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new FramewatchError('SECRET_UNREADABLE', `cannot write the access token to ${file}: ${messageOf(error)}; set http.auth.tokenFile`, {
      cause: error,
    });
  }
  return { token: new Secret(token), created: true };
}

async function readToken(file: string): Promise<Secret | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new FramewatchError('SECRET_UNREADABLE', `cannot read the access token from ${file}: ${messageOf(error)}`, { cause: error });
  }
  const token = text.trim();
  if (token.length < SHORTEST_TOKEN || /\s/.test(token)) {
    throw new FramewatchError(
      'HTTP_INSECURE',
      `${file} holds no usable access token (one word of at least ${SHORTEST_TOKEN} characters); delete the file to have a new one made`,
    );
  }
  return new Secret(token);
}
