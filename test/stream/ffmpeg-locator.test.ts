import { describe, expect, it } from 'vitest';
import { locateFfmpeg } from '../../src/stream/ffmpeg-locator.ts';

const world = (files: string[], environment: NodeJS.ProcessEnv = {}, packaged: string | null = null) => ({
  environment: { PATH: '/a:/b', ...environment },
  isExecutable: (file: string) => Promise.resolve(files.includes(file)),
  packagedFfmpeg: () => Promise.resolve(packaged),
});

describe('locateFfmpeg', () => {
  it('takes config, then environment, then the system, then the package', async () => {
    const all = world(['/c', '/e', '/b/ffmpeg', '/p'], { FFMPEG_PATH: '/e' }, '/p');
    expect(await locateFfmpeg('/c', all)).toEqual({ file: '/c', from: 'config' });
    expect(await locateFfmpeg(null, all)).toEqual({ file: '/e', from: 'environment' });
    expect(await locateFfmpeg(null, world(['/b/ffmpeg', '/p'], {}, '/p'))).toEqual({ file: '/b/ffmpeg', from: 'system' });
    expect(await locateFfmpeg(null, world(['/p'], {}, '/p'))).toEqual({ file: '/p', from: 'package' });
  });

  it('says what to install, and does not silently replace what was named', async () => {
    await expect(locateFfmpeg(null, world([]))).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: expect.stringContaining('apt-get install ffmpeg'),
    });
    await expect(locateFfmpeg('/typo', world(['/b/ffmpeg']))).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: expect.stringContaining('/typo'),
    });
  });
});
