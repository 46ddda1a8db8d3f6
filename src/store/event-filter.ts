import { FramewatchError } from '../util/errors.ts';
import type { EventQuery } from './event-store.ts';

/** A query never gives more than this, however much is asked for. */
export const MAX_QUERY_LIMIT = 10_000;

/** Of the event of a row of `events`. */
const NEWEST_OF_EVENT = '(SELECT n.payload FROM events AS n WHERE n.event_id = events.event_id ORDER BY n.sequence DESC LIMIT 1)';
/** The sequence with which the event began that a message belongs to; null when that message is not kept. */
const START_OF_MESSAGE = '(SELECT MIN(m.sequence) FROM events AS m WHERE m.event_id = (SELECT e.event_id FROM events AS e WHERE e.sequence = ?))';

export interface SqlQuery {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/** The SELECT that answers `query`. Values travel as parameters only. Throws FramewatchError INTERNAL for a time that is none. */
export function selectEvents(query: EventQuery): SqlQuery {
  const conditions: string[] = [];
  const parameters: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    parameters.push(value);
  };
  where('camera = ?', query.camera);
  where('rule = ?', query.rule);
  where('label = ?', query.label);
  where('type = ?', query.type);
  where('at_ms >= ?', query.since === undefined ? undefined : timeOf(query.since));
  where('at_ms < ?', query.until === undefined ? undefined : timeOf(query.until));
  where('sequence > ?', query.after);
  const isPerEvent = query.per === 'event';
  if (isPerEvent) {
    conditions.push("type = 'start'");
    if (query.before !== undefined) {
      conditions.push(`sequence < COALESCE(${START_OF_MESSAGE}, ?)`);
      parameters.push(query.before, query.before);
    }
  } else where('sequence < ?', query.before);

  const filter = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const order = query.after === undefined ? 'DESC' : 'ASC';
  const limit = Math.min(MAX_QUERY_LIMIT, Math.max(0, Math.floor(query.limit)));
  const wanted = isPerEvent ? `${NEWEST_OF_EVENT} AS payload` : 'payload';
  return { sql: `SELECT ${wanted} FROM events${filter} ORDER BY sequence ${order} LIMIT ?`, parameters: [...parameters, limit] };
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new FramewatchError('INTERNAL', `"${text}" is no time: history is asked with ISO 8601, such as 2026-11-22T06:11:00Z`);
  return ms;
}
