import { describe, expect, it } from 'vitest';
import { noFindings } from '../../src/classify/findings.ts';
import { tableFormat } from '../../src/classify/table-format.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { FACTS, findingsOf, INTERVAL, totalsOf } from './sample.ts';

const paragraph = (findings: ReturnType<typeof findingsOf>, facts = FACTS) => tableFormat(facts).file(findings.file, 0).tail(findings);

describe('tableFormat', () => {
  it('tells of a file what was seen', () => {
    expect(paragraph(findingsOf({ intervals: [INTERVAL, { ...INTERVAL, startMs: 9000, endMs: 10_000, endReason: 'fileEnd' }] }))).toBe(
      [
        'a.mp4',
        '  0:00:10.000 · 640×360 h264 · 250 pictures judged, 31.3 a second',
        '  labels    owl 90.0 %, cat 10.0 %',
        '  pets      0:00:03.120 – 0:00:07.480  peak 0.93  cat  sure at 0:00:03.200',
        '  pets      0:00:09.000 – 0:00:10.000  peak 0.93  cat  sure at 0:00:03.200  (until the end)',
        '\n',
      ].join('\n'),
    );
  });

  it('says that no rule held, and nothing of rules where there are none', () => {
    expect(paragraph(findingsOf())).toContain('  rules     none held\n');
    expect(paragraph(findingsOf(), { ...FACTS, rules: [] })).not.toContain('rules');
  });

  it('says until where what was not read to its end was judged, and of what was not read only that', () => {
    const error = { code: 'RECORDING_DAMAGED', message: 'is cut off' };
    expect(paragraph(findingsOf({ complete: false, error }))).toContain('  error     judged until 0:00:09.960 [RECORDING_DAMAGED]\n');
    expect(paragraph(findingsOf({ complete: false }))).toContain('  partial   judged until 0:00:09.960\n');
    expect(paragraph(noFindings('\u001b[31mb.mp4', new FramewatchError('RECORDING_NO_VIDEO', 'has no video')))).toBe(
      '�[31mb.mp4\n  error     not judged [RECORDING_NO_VIDEO]\n\n',
    );
  });

  it('does not call it the end where a file was not judged to it', () => {
    const held = { ...INTERVAL, endReason: 'fileEnd' as const };
    expect(paragraph(findingsOf({ complete: false, intervals: [held] }))).toContain('  sure at 0:00:03.200  (still held)\n');
  });

  it('names regions where there are several', () => {
    const gate = { region: 'gate', timeline: null, thumbnails: [], shares: [{ label: 'dog', share: 1 }] };
    const text = paragraph(findingsOf({ regions: [gate], intervals: [{ ...INTERVAL, region: 'gate' }] }), { ...FACTS, regions: ['full', 'gate'] });
    expect(text).toContain('  gate      dog 100.0 %\n');
    expect(text).toContain('cat  in gate  sure at');
  });

  it('sums up', () => {
    const { tail } = tableFormat(FACTS);
    expect(tail(totalsOf([findingsOf()]))).toBe(
      '1 file, 250 pictures in 10.0 s: 25.0 a second; the network ran 98.5 % of the time (small, onnx cpu float32)\n',
    );
    expect(tail(totalsOf([], { partialReason: 'interrupted by SIGINT', engine: null }))).toBe(
      '0 files, 0 pictures\npartial: interrupted by SIGINT\n',
    );
  });
});
