import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkReportFile, writeReport } from '../../src/cli/report-file.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const UNWRITABLE = { code: 'OUTPUT_UNWRITABLE' };

describe('checkReportFile', () => {
  it('says before the work begins that a report has no place', async () => {
    const folder = temporaryDirectory();
    const report = join(folder, 'report.html');
    await checkReportFile(report, []);
    writeFileSync(report, 'old');
    await checkReportFile(report, [join(folder, 'none.mp4')]);
    mkdirSync(join(folder, 'sub'));
    for (const place of ['', join(folder, 'no', 'report.html'), join(folder, 'sub'), join(report, 'x')])
      await expect(checkReportFile(place, [])).rejects.toMatchObject(UNWRITABLE);
  });

  it('does not let a report take the place of a recording, by whichever name', async () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'a.mp4'), 'film');
    symlinkSync(join(folder, 'a.mp4'), join(folder, 'link.html'));
    await expect(checkReportFile(join(folder, 'link.html'), [join(folder, 'a.mp4')])).rejects.toMatchObject(UNWRITABLE);
  });
});

describe('writeReport', () => {
  it('replaces the old one whole, and leaves nothing when it cannot', async () => {
    const folder = temporaryDirectory();
    const report = join(folder, 'report.html');
    writeFileSync(report, 'old');
    await writeReport(report, 'new');
    expect(readFileSync(report, 'utf8')).toBe('new');
    await expect(writeReport(join(folder, 'no', 'report.html'), 'new')).rejects.toMatchObject(UNWRITABLE);
    expect(readdirSync(folder)).toEqual(['report.html']);
  });
});
