/** Shorter secrets would blank out ordinary words; their forms inside URLs are still caught by the patterns. */
const SHORTEST_KNOWN_SECRET = 4;
const URL_USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^/\s"'<>]*@/gi;
const QUERY_SECRET = /([?&;](?:user|usr|username|pwd|pass|password|token|auth|key)=)[^&\s"'<>#;]*/gi;

/**
 * Blanks secrets in text that is about to leave the program. Knows the exact secrets it was told (raw, percent-encoded,
 * base64 of `user:password`) and, for those nobody told it, whatever stands between `://` and `@` or behind a telling query key.
 */
export class Redactor {
  readonly #needles = new Set<string>();
  #sorted: string[] = [];

  /** Registers a secret and its usual disguises. `user` adds the form of HTTP Basic authentication. */
  add(secret: string, user?: string): void {
    const forms = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)];
    if (user !== undefined) forms.push(Buffer.from(`${user}:${secret}`).toString('base64'));
    for (const form of forms) if (form.length >= SHORTEST_KNOWN_SECRET) this.#needles.add(form);
    this.#sorted = [...this.#needles].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    let clean = text;
    for (const needle of this.#sorted) if (clean.includes(needle)) clean = clean.replaceAll(needle, '***');
    return clean.replace(URL_USER_INFO, '$1***@').replace(QUERY_SECRET, '$1***');
  }
}
