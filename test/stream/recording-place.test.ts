import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookUpRecording } from '../../src/stream/recording-place.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

describe('lookUpRecording', () => {
  it('gives the size of a file, or says in words why there is nothing to read', async () => {
    const folder = temporaryDirectory();
    const file = join(folder, 'a.mp4');
    writeFileSync(file, '12345');
    expect(await lookUpRecording(file)).toEqual({ bytes: 5 });
    expect(await lookUpRecording(folder)).toMatchObject({ code: 'RECORDING_UNREADABLE', message: 'is a folder; name the files in it' });
    expect(await lookUpRecording(join(folder, 'b.mp4'))).toMatchObject({ code: 'RECORDING_UNREADABLE', message: 'does not exist' });
    expect(await lookUpRecording('')).toMatchObject({ code: 'RECORDING_UNREADABLE', message: 'no name was given' });
    expect(await lookUpRecording(join(folder, '\ufffd.mp4'))).toMatchObject({ message: expect.stringContaining('not UTF-8') as string });
    expect(await lookUpRecording(join(file, 'c.mp4'))).toMatchObject({ code: 'RECORDING_UNREADABLE' });
  });
});
