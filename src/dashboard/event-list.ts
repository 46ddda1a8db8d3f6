import type { LabelEvent } from './messages.ts';
import { duration, element, percent } from './words.ts';

const MOST_ROWS = 200;

/** One row an event, newest first; updates and the end change its row. Bounded. */
export class EventList {
  readonly #list: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #nameOf: (cameraId: string) => string;
  readonly #rows = new Map<string, { event: LabelEvent; row: HTMLElement }>();

  constructor(list: HTMLElement, empty: HTMLElement, nameOf: (cameraId: string) => string) {
    this.#list = list;
    this.#empty = empty;
    this.#nameOf = nameOf;
  }

  /** Messages newest first, as the history gives them. */
  replace(messages: readonly LabelEvent[]): void {
    this.#rows.clear();
    this.#list.replaceChildren();
    for (const event of messages.toReversed()) this.add(event);
  }

  add(event: LabelEvent): void {
    const known = this.#rows.get(event.id);
    if (known && known.event.sequence >= event.sequence) return;
    const row = known?.row ?? element('li');
    this.#rows.set(event.id, { event, row });
    this.#fill(row, event);
    if (!known) this.#list.prepend(row);
    this.#empty.hidden = true;
    if (this.#rows.size > MOST_ROWS) this.#dropOldest();
  }

  /** When names became known, or changed. */
  refresh(): void {
    for (const { event, row } of this.#rows.values()) this.#fill(row, event);
  }

  #fill(row: HTMLElement, event: LabelEvent): void {
    const isOpen = event.type !== 'end';
    const started = new Date(event.startedAt);
    row.className = isOpen ? 'open' : '';
    const headline = element('div', 'headline', `${this.#nameOf(event.camera)}: ${event.rule}`);
    const what = element('div', '', `${event.label}, peak ${percent(event.peakScore)}${event.region === 'full' ? '' : `, region ${event.region}`}`);
    const words = [started.toLocaleString()];
    if (event.endedAt === null) words.push(isOpen ? 'still active' : 'ended');
    else words.push(`${duration(Date.parse(event.endedAt) - started.getTime())}, ended: ${event.endReason ?? 'unknown'}`);
    row.replaceChildren(headline, what, element('div', 'course', words.join(', ')));
    if (event.snapshot !== null) row.append(pictureLink(event.id, 'snapshot.jpg', 'picture'));
    // Events of earlier versions have none.
    if (typeof event.strip === 'string') row.append(' ', pictureLink(event.id, 'strip.jpg', 'before and after'));
  }

  #dropOldest(): void {
    for (const [id, { row }] of this.#rows) {
      this.#rows.delete(id);
      row.remove();
      return;
    }
  }
}

/** Not the text of the message: a link is made of what we know, so that it can never be a script. */
function pictureLink(eventId: string, name: string, words: string): HTMLAnchorElement {
  const link = element('a', '', words);
  link.href = `/api/events/${encodeURIComponent(eventId)}/${name}`;
  return link;
}
