import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FINDING_KINDS } from '../../src/feed-check/finding.ts';

it('has each kind explained in docs/verify-feed.md, and no other', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/verify-feed.md'), 'utf8');
  expect([...page.matchAll(/^\| `([a-zA-Z]+)` \|/gm)].map((match) => match[1]).toSorted()).toEqual([...FINDING_KINDS].toSorted());
});
