const WORDS: Readonly<Record<string, string>> = {
  full: 'it was as large as pays',
  deadline: 'the most urgent picture could wait no longer',
  idle: 'waiting would have won nothing',
  overload: 'more was asked than the machine can judge',
  timeout: 'the oldest picture had waited for its time',
  drain: 'the daemon was ending',
};

/** Why a batch started when it did. */
export function flushWords(reason: string): string {
  return WORDS[reason] ?? reason;
}
