import type { Finding } from './finding.ts';
import type { VerificationReport } from './verification.ts';

/** One finding on one line. What came from elsewhere is in it as it came. */
export function findingLine({ kind, sequence, camera, message }: Finding): string {
  const where = [camera, sequence === null ? null : `#${sequence}`].filter((part) => part !== null).join(' ');
  return `${kind.padEnd(13)} ${where === '' ? '' : `${where}: `}${message}`;
}

/** The sum of it, for people. */
export function summaryLines({ ok, seconds, tally, counts }: VerificationReport): readonly string[] {
  const { messages, events, repeats, uncheckedRepeats, replayed, joined, lowest, highest, missing } = tally;
  const span = lowest === null ? '' : `, sequence ${lowest} to ${highest}`;
  const allowed = [
    repeats > 0 && `${repeats} came again with the same content`,
    uncheckedRepeats > 0 && `${uncheckedRepeats} came again too late to compare contents`,
    replayed > 0 && `${replayed} marked as replayed`,
    joined > 0 && `${joined} were under way before`,
  ].filter((part) => part !== false);
  const found = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`);
  return [
    `${seconds} s, ${messages} messages, ${events} events${span}${allowed.map((part) => `; ${part}`).join('')}`,
    missing > 0 ? `${missing} missing` : 'nothing missing',
    ok ? 'nothing wrong' : `wrong: ${found.join(', ')}`,
  ];
}
