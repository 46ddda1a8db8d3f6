import { describe, expect, it } from 'vitest';
import { parseLiveWish } from '../../src/http/live-query.ts';

const parse = (query: string) => parseLiveWish(new URLSearchParams(query));

describe('parseLiveWish', () => {
  it('reads what a client plays and wants', () => {
    expect(parse('')).toEqual({ codecs: new Set(['avc1']), mode: 'auto' });
    expect(parse('codecs=avc1,hvc1&mode=auto')).toEqual({ codecs: new Set(['avc1', 'hvc1']), mode: 'auto' });
    expect(parse('codecs=&mode=jsmpeg')).toEqual({ codecs: new Set(), mode: 'jsmpeg' });
  });

  it.each(['codecs=a', 'codecs=avc1,', 'mode=x', 'mode=jsmpeg&mode=auto', 'other=1', `codecs=${'avc1,'.repeat(20)}avc1`])('refuses %s', (query) => {
    expect(parse(query)).toBeNull();
  });
});
