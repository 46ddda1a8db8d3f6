import type { LiveWish } from '../live/live-message.ts';
import { type Reader, readParameters } from './query-parameters.ts';

/** Every browser with Media Source Extensions plays H.264. */
const USUAL_CODECS = 'avc1';

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'codecs',
    (text) => (/^(?:[a-z0-9]{4}(?:,[a-z0-9]{4}){0,7})?$/.test(text) ? { value: text } : { problem: 'is no list of codecs such as avc1,hvc1' }),
  ],
  ['mode', (text) => (text === 'auto' || text === 'jsmpeg' ? { value: text } : { problem: 'is neither auto nor jsmpeg' })],
]);

/** The query of `/ws/live/:camera`, `?codecs=avc1,hvc1&mode=auto`; null when it is not understood. */
export function parseLiveWish(query: URLSearchParams): LiveWish | null {
  const { fields, problems } = readParameters(query, READERS);
  if (problems.length > 0) return null;
  const { codecs = USUAL_CODECS, mode = 'auto' } = fields;
  return { codecs: new Set(String(codecs).split(',').filter(Boolean)), mode: mode === 'jsmpeg' ? 'jsmpeg' : 'auto' };
}
