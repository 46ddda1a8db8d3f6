import { stat } from 'node:fs/promises';
import { FramewatchError, messageOf } from '../util/errors.ts';

/** What can be said of a path without opening it: its size (0 for a pipe), or in clear words why there is nothing to read. Never rejects. */
export async function lookUpRecording(file: string): Promise<{ readonly bytes: number } | FramewatchError> {
  try {
    const found = await stat(file);
    return found.isDirectory() ? new FramewatchError('RECORDING_UNREADABLE', 'is a folder; name the files in it') : { bytes: found.size };
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return new FramewatchError('RECORDING_UNREADABLE', isMissing ? 'does not exist' : `cannot be opened: ${messageOf(cause)}`, { cause });
  }
}
