/** Which cameras have left the configuration: those that two answers in a row do not have. One that is configured anew is away for a moment, too. */
export class MissingCameras {
  readonly #once = new Set<string>();

  /** `asked`: the cameras that the answer would have had. Returns those that are gone. */
  answered(asked: Iterable<string>, present: ReadonlySet<string>): ReadonlySet<string> {
    const gone = new Set<string>();
    for (const id of asked) {
      if (present.has(id)) this.#once.delete(id);
      else if (this.#once.delete(id)) gone.add(id);
      else this.#once.add(id);
    }
    return gone;
  }
}
