import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, NOTHING } from '../../../src/classify/report/html.ts';

describe('html', () => {
  it('escapes texts and takes markup as it is', () => {
    const name = `<img src=x onerror="alert('1')">&amp;`;
    expect(html`<b title="${name}">${name}${html`<i>${1}</i>`}${[html`a`, NOTHING, html`b`]}</b>`.text).toBe(
      '<b title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;<i>1</i>ab</b>',
    );
  });

  it('lets no text break out', () => {
    // Of all code points the four that matter would hardly ever come.
    const unit = fc.oneof(
      fc.constantFrom('<', '>', '"', "'", '&', ';', '#'),
      fc.integer({ min: 0, max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code)),
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']/);
      }),
    );
  });
});
