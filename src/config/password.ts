import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../util/errors.ts';
import type { Redactor } from '../util/redactor.ts';
import { Secret } from '../util/secret.ts';
import type { Findings } from './problem.ts';
import type { Section } from './section.ts';
import type { Credentials } from './source-url.ts';

interface LoginFile {
  readonly username: string | null;
  readonly password: string | null;
  readonly passwordFile: string | null;
}

export interface Login {
  readonly username: string | null;
  readonly password: Secret | null;
}

const LARGEST_PASSWORD_FILE_BYTES = 4096;

/**
 * The login of a section: its own keys first, then what a URL carried. Every password that comes by is made known to `redactor`, used or
 * not, before anything can be printed.
 */
export function readLogin(section: Section<LoginFile>, fromUrl: Credentials, folder: string, redactor: Redactor, findings: Findings): Login {
  const { settings } = section;
  const username = settings.username ?? fromUrl.username;
  if (settings.password !== null && settings.passwordFile !== null) {
    findings.error(section.place('passwordFile'), 'is given together with password', 'one of the two');
  }
  const fromFile = settings.passwordFile === null ? null : readPassword(section, resolve(folder, settings.passwordFile), findings);
  for (const password of [settings.password, fromFile, fromUrl.password]) {
    if (password !== null) redactor.add(password, username ?? '');
  }
  const password = settings.password ?? fromFile ?? fromUrl.password;
  if (password !== null && username === null) {
    const key = settings.password !== null ? 'password' : settings.passwordFile !== null ? 'passwordFile' : 'url';
    findings.warn(section.place(key), 'a password without a user name is not used', 'username beside it');
  }
  return { username, password: password === null ? null : new Secret(password) };
}

/** One trailing line break is the editor's, not the password's. */
function readPassword(section: Section<LoginFile>, file: string, findings: Findings): string | null {
  const place = section.place('passwordFile');
  const right = 'a readable file that holds the password alone';
  try {
    const found = statSync(file);
    if (!found.isFile() || found.size > LARGEST_PASSWORD_FILE_BYTES) {
      findings.error(place, `${file} is not a file of at most ${LARGEST_PASSWORD_FILE_BYTES} bytes`, right, 'SECRET_UNREADABLE');
      return null;
    }
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (password !== '') return password;
    findings.error(place, `${file} is empty`, right, 'SECRET_UNREADABLE');
  } catch (error) {
    findings.error(place, `cannot be read: ${messageOf(error)}`, right, 'SECRET_UNREADABLE');
  }
  return null;
}
