import { stat } from 'node:fs/promises';
import { FramewatchError, messageOf } from '../util/errors.ts';

/** What can be said of a path without opening it: its size (0 for a pipe), or in clear words why there is nothing to read. Never rejects. */
export async function lookUpRecording(file: string): Promise<{ readonly bytes: number } | FramewatchError> {
  try {
    const found = await stat(file);
    return found.isDirectory() ? new FramewatchError('RECORDING_UNREADABLE', 'is a folder; name the files in it') : { bytes: found.size };
  } catch (cause) {
    return new FramewatchError('RECORDING_UNREADABLE', isMissing(cause) ? missing(file) : `cannot be opened: ${messageOf(cause)}`, { cause });
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

function missing(file: string): string {
  if (file === '') return 'no name was given';
  // It stands for a byte of an argument that is not UTF-8; with which byte is not known any more.
  return file.includes('\ufffd') ? 'does not exist, or its name is not UTF-8 and has to be changed' : 'does not exist';
}
