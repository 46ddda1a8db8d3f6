export const FINDING_KINDS = [
  'gap',
  'toldGap',
  'contradiction',
  'repeat',
  'disorder',
  'course',
  'schema',
  'retained',
  'storeChanged',
  'interrupted',
  'unjudged',
] as const;

/** What can be wrong with a feed; docs/verify-feed.md says what each means. */
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** Of the message, or the first of those that are missing; null when it is about none. */
  readonly sequence: number | null;
  /** The last of those that are missing. */
  readonly toSequence?: number;
  readonly camera: string | null;
  /** A sentence for people. */
  readonly message: string;
}
