import { monotonicFactory } from 'ulid';

/** Makes the id of an event from the wall clock (ms) of its start. */
export type EventIdSource = (wallMs: number) => string;

/** ULIDs: 26 characters, rising in the order in which they were made, even within a millisecond or when the wall clock goes back. */
export function eventIdSource(): EventIdSource {
  return monotonicFactory();
}
