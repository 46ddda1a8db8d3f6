import { describe, expect, it } from 'vitest';
import { noFindings } from '../../../src/classify/findings.ts';
import { LabelTimeline } from '../../../src/classify/label-timeline.ts';
import { reportPage } from '../../../src/classify/report/report-page.ts';
import { FramewatchError } from '../../../src/util/errors.ts';
import { FACTS, findingsOf, INTERVAL, totalsOf } from '../sample.ts';

const EVIL = '<img src=x onerror=alert(1)>';

function illustrated(name: string, label = 'cat') {
  const timeline = new LabelTimeline(3);
  for (let timeMs = 0; timeMs < 10_000; timeMs += 40) timeline.add(timeMs, timeMs < 5000 ? [0.1, 0.1, 0.8] : [0.9, 0, 0.1]);
  const thumbnails = [
    { timeMs: 0, label: 'owl', score: 0.8, rule: null, jpeg: Buffer.from('first') },
    { timeMs: 3200, label, score: 0.85, rule: 'pets', jpeg: Buffer.from('second') },
  ];
  const shares = [{ label, share: 1 }];
  return findingsOf({
    file: name,
    intervals: [{ ...INTERVAL, label }],
    regions: [{ region: 'full', shares, timeline: timeline.condense(3, []), thumbnails }],
  });
}

describe('reportPage', () => {
  it('shows each file with its course, its rules and its pictures', () => {
    const page = reportPage(FACTS, totalsOf([illustrated('a.mp4'), findingsOf({ file: 'b.mp4' })]));
    expect(page).toContain('<h1>2 recordings</h1>');
    expect(page).toContain('<svg class="course"');
    expect(page).toContain('title="pets: 0:00:03.120 – 0:00:07.480, peak 0.93"');
    expect(page).toMatch(/class="held" style="left:31\.200%;width:43\.600%"/);
    expect(page).toContain(`src="data:image/jpeg;base64,${Buffer.from('second').toString('base64')}"`);
    expect(page).toContain('<em>pets</em> cat + dog ≥ 0.80 in 3 pictures in a row, until &lt; 0.60 for 3 s');
    expect(page).toContain('<a href="#f1">b.mp4</a>');
  });

  it('says what is not there', () => {
    const files = [
      noFindings('x.mp4', new FramewatchError('RECORDING_UNREADABLE', 'does not exist')),
      findingsOf({ file: 'y.mp4', complete: false, error: { code: 'RECORDING_DAMAGED', message: 'is cut off at 10.0 s' } }),
      findingsOf({ file: 'z.mp4', complete: false, warnings: ['ffmpeg found a fault in it'] }),
    ];
    const page = reportPage(FACTS, totalsOf(files, { partialReason: 'interrupted by SIGINT' }));
    for (const text of [
      'Nothing was judged. Does not exist. <code>RECORDING_UNREADABLE</code>',
      'Judged until 0:00:09.960. Is cut off at 10.0 s. <code>RECORDING_DAMAGED</code>',
      'The run was ended before this file was through.',
      'ffmpeg found a fault in it',
      'This is not all: interrupted by SIGINT.',
    ])
      expect(page).toContain(text);
  });

  it('runs nothing and loads nothing, whatever files, labels, rules and regions are called', () => {
    const facts = {
      ...FACTS,
      model: EVIL,
      labels: [EVIL, 'dog', 'owl'],
      regions: [EVIL, 'gate'],
      rules: FACTS.rules.map((rule) => ({ ...rule, id: EVIL, labels: [EVIL] })),
    };
    const file = illustrated(EVIL, EVIL);
    const evil = {
      ...file,
      ...{ codec: EVIL, warnings: [EVIL], error: { code: EVIL, message: EVIL } },
      intervals: [{ ...INTERVAL, rule: EVIL, region: EVIL, label: EVIL }],
      regions: file.regions.map((region) => ({
        ...region,
        region: EVIL,
        thumbnails: region.thumbnails.map((thumbnail) => ({ ...thumbnail, rule: EVIL, label: EVIL })),
      })),
    };
    const page = reportPage(facts, totalsOf([evil], { partialReason: EVIL }));
    expect(page.split(EVIL)).toHaveLength(1);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    // As a browser sees it: tags with their attributes.
    const tags = [...page.matchAll(/<([a-z0-9]+)((?:\s+[a-z-]+="[^"]*")*)\s*>/gi)];
    expect(tags.length).toBeGreaterThan(50);
    for (const [, name, attributes = ''] of tags) {
      expect(['script', 'iframe', 'object', 'embed', 'link', 'base', 'form']).not.toContain(name);
      expect(attributes.replaceAll(/"[^"]*"/g, '')).not.toMatch(/\son/i);
      for (const [, target = ''] of attributes.matchAll(/\s(?:src|href)="([^"]*)"/g)) expect(target).toMatch(/^(?:data:image\/jpeg;base64,|#)/);
    }
    expect([...page.matchAll(/<img /g)]).toHaveLength(2);
    expect(page).toContain('content="default-src &#39;none&#39;; img-src data:; style-src &#39;unsafe-inline&#39;;');
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });
});
