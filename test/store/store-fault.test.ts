import { expect, it } from 'vitest';
import { storeFailure } from '../../src/store/store-fault.ts';

it('says what to do, whoever found out: SQLite or the system', () => {
  const said = (code: string) => storeFailure('/state', Object.assign(new Error('no'), { code }));
  for (const code of ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'])
    expect(said(code)).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('free some space') });
  for (const code of ['SQLITE_READONLY_DBMOVED', 'EROFS']) expect(said(code).message).toContain('read-only');
  for (const code of ['SQLITE_CANTOPEN', 'EACCES']) expect(said(code).message).toContain('permissions');
  expect(said('SQLITE_CONSTRAINT').code).toBe('INTERNAL');
});
