import { describe, expect, it } from 'vitest';
import { noFindings } from '../../src/classify/findings.ts';
import { jsonFormat } from '../../src/classify/json-format.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { FACTS, findingsOf, INTERVAL, totalsOf, verdictOf } from './sample.ts';

function written(names: readonly string[], rows: readonly number[]) {
  const format = jsonFormat(FACTS);
  const findings = names.map((file, index) =>
    rows[index] === 0 ? noFindings(file, new FramewatchError('RECORDING_UNREADABLE', 'does not exist')) : findingsOf({ file, intervals: [INTERVAL] }),
  );
  let text = format.head();
  names.forEach((name, index) => {
    const file = format.file(name, index);
    text += file.head();
    for (let frame = 0; frame < (rows[index] ?? 0); frame += 1) text += file.verdict(verdictOf(frame, frame * 40, { cat: 0.1, dog: 0.2, owl: 0.7 }));
    const own = findings[index];
    if (own) text += file.tail(own);
  });
  return JSON.parse(text + format.tail(totalsOf(findings, { partialReason: 'interrupted by SIGINT' }))) as Record<string, unknown>;
}

describe('jsonFormat', () => {
  it('writes one document in pieces', () => {
    const document = written(['a.mp4', 'b"<\n.mp4', 'none.mp4'], [2, 1, 0]);
    expect(document).toMatchObject({
      ...{ schema: 1, version: '1.2.3', model: 'small', labels: ['cat', 'dog', 'owl'], regions: ['full'], fps: null },
      rules: [{ id: 'pets', labels: ['cat', 'dog'], enter: 0.8 }],
      ...{ partial: true, partialReason: 'interrupted by SIGINT', seconds: 10, networkShare: 0.985 },
      engine: { backend: 'onnx', device: 'cpu', precision: 'float32' },
      files: [
        {
          file: 'a.mp4',
          frames: [
            { frame: 0, timeMs: 0, region: 'full', label: 'owl', score: 0.7 },
            { frame: 1, timeMs: 40, top: [{ label: 'owl' }, { label: 'dog' }, { label: 'cat', score: 0.1 }] },
          ],
          ...{ durationMs: 10_000, judged: 250, complete: true, error: null, intervals: [INTERVAL] },
          shares: [{ region: 'full', labels: [{ label: 'owl', share: 0.9 }, { label: 'cat' }] }],
        },
        { file: 'b"<\n.mp4', frames: [{ frame: 0 }] },
        { file: 'none.mp4', frames: [], judged: 0, complete: false, error: { code: 'RECORDING_UNREADABLE', message: 'does not exist' } },
      ],
    });
  });

  it('is a document also when there was nothing', () => {
    expect(written([], [])).toMatchObject({ files: [] });
  });
});
