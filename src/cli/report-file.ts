import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../util/atomic-file.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';

const MODE = 0o644;

/** Sees before the work begins whether a report can be written to `file`. Throws OUTPUT_UNWRITABLE, also when that is one of `inputs`: it would be lost. */
export async function checkReportFile(file: string, inputs: readonly string[]): Promise<void> {
  if (file === '') throw unwritable(file, 'no name was given');
  const folder = path.dirname(path.resolve(file));
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw unwritable(file, messageOf(cause), cause);
  }
  if (!(await stat(folder)).isDirectory()) throw unwritable(file, `${folder} is not a folder`);
  const there = await stat(file).catch(() => null);
  if (there === null) return;
  if (!there.isFile()) throw unwritable(file, 'it is there, and is not a file');
  const target = await realpath(file);
  for (const input of inputs) if ((await realpath(input).catch(() => null)) === target) throw unwritable(file, 'it is one of the recordings');
}

/** Throws OUTPUT_UNWRITABLE; what was there before is then untouched. */
export async function writeReport(file: string, html: string): Promise<void> {
  try {
    await writeFileAtomically(path.resolve(file), Buffer.from(html), MODE);
  } catch (cause) {
    throw unwritable(file, messageOf(cause), cause);
  }
}

function unwritable(file: string, why: string, cause?: unknown): FramewatchError {
  return new FramewatchError('OUTPUT_UNWRITABLE', `the report cannot be written to '${file}': ${why}`, { cause });
}
