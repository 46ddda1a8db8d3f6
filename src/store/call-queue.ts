/** `append`: what the daemon itself must keep. `upkeep`: pictures and retention. `read`: whoever asks over HTTP or WebSocket. */
export type CallLane = 'append' | 'upkeep' | 'read';

/** More than this waiting are refused: whoever asks so much has to wait itself. Appends are bounded before they come here. */
export const MOST_WAITING: Readonly<Record<CallLane, number>> = { append: Number.POSITIVE_INFINITY, upkeep: 256, read: 256 };

/**
 * Calls that wait for the store's worker, which does one at a time. Appends overtake the others, however many read; but never two
 * appends in a row while another call waits, so that a busy history can still be read.
 */
export class CallQueue<C extends { readonly lane: CallLane }> {
  #appends: C[] = [];
  #others: C[] = [];
  #tookAppend = false;

  /** False: its lane is full, and it was not taken. */
  add(call: C): boolean {
    if (call.lane === 'append') this.#appends.push(call);
    else if (this.#others.filter(({ lane }) => lane === call.lane).length >= MOST_WAITING[call.lane]) return false;
    else this.#others.push(call);
    return true;
  }

  /** The next one to do; undefined when none waits. */
  take(): C | undefined {
    this.#tookAppend = this.#appends.length > 0 && (this.#others.length === 0 || !this.#tookAppend);
    return this.#tookAppend ? this.#appends.shift() : this.#others.shift();
  }

  /** Empties the lanes but that of the appends. */
  removeOthers(): readonly C[] {
    return this.#others.splice(0);
  }

  removeAll(): readonly C[] {
    return [...this.#appends.splice(0), ...this.#others.splice(0)];
  }
}
