import type { Camera, Classification, LabelEvent, LabelScore } from './messages.ts';
import { coverageInWords, duration, element, percent, stateInWords } from './words.ts';

/** One camera on the wall: the newest picture that the network saw, and what it made of it. */
export class CameraTile {
  readonly root: HTMLElement = element('article', 'camera');
  readonly #picture = element('div', 'picture', 'no picture yet');
  readonly #image = element('img');
  readonly #name = element('h3');
  readonly #state = element('p', 'state');
  readonly #labels = element('p', 'labels');
  readonly #active = element('p', 'active');
  readonly #age = element('p', 'age');
  readonly #bound = element('p', 'bound');
  readonly #coverage = element('p', 'coverage');
  readonly #scores = new Map<string, LabelScore>();
  readonly #activeRules = new Set<string>();
  #isLive = false;
  #latencyMs: number | null = null;
  /** On this page's own clock: the daemon's may differ. */
  #pictureAt: number | null = null;
  #pictureUrl: string | null = null;

  constructor(camera: Camera) {
    const facts = element('div', 'facts');
    facts.append(this.#name, this.#state, this.#coverage, this.#labels, this.#active, this.#age, this.#bound);
    this.root.append(this.#picture, facts);
    this.update(camera);
  }

  update(camera: Camera): void {
    this.#isLive = camera.state === 'live';
    this.#name.textContent = camera.name;
    this.#image.alt = `Newest picture of ${camera.name}`;
    this.#state.className = `state ${camera.state}`;
    const words = [stateInWords(camera.state)];
    if (camera.error && !this.#isLive) words.push(camera.error.message);
    if (camera.nextTryAt !== null) words.push(`next try at ${new Date(camera.nextTryAt).toLocaleTimeString()}`);
    this.#state.textContent = words.join(': ');
    for (const [region, score] of Object.entries(camera.regions)) this.#scores.set(region, score);
    this.#activeRules.clear();
    for (const [rule, { activeRegions }] of Object.entries(camera.rules))
      for (const region of activeRegions) this.#activeRules.add(`${rule} (${region})`);
    this.#coverage.textContent = camera.coverage ? coverageInWords(camera.coverage) : '';
    this.#bound.textContent = camera.bound.message ?? '';
    this.#show();
  }

  classification({ region, top, latencyMs }: Classification): void {
    const strongest = top[0];
    if (strongest) this.#scores.set(region, strongest);
    this.#latencyMs = latencyMs.total;
    this.#show();
  }

  event({ type, rule, region }: LabelEvent): void {
    const name = `${rule} (${region})`;
    if (type === 'end') this.#activeRules.delete(name);
    else this.#activeRules.add(name);
    this.#show();
  }

  tile(jpeg: Blob): void {
    const before = this.#pictureUrl;
    this.#pictureUrl = URL.createObjectURL(jpeg);
    this.#image.src = this.#pictureUrl;
    if (before === null) this.#picture.replaceChildren(this.#image);
    else URL.revokeObjectURL(before);
    // It was some time on its way through the network already; the classification comes just before it.
    this.#pictureAt = performance.now() - (this.#latencyMs ?? 0);
    this.showAge();
  }

  /** Call now and then: age is what passes by itself. */
  showAge(): void {
    const ageMs = this.#pictureAt === null ? null : performance.now() - this.#pictureAt;
    const words = [ageMs === null ? 'no picture yet' : `picture ${duration(ageMs)} old`];
    if (this.#latencyMs !== null) words.push(`judged ${Math.round(this.#latencyMs)} ms after its arrival`);
    this.#age.textContent = words.join(', ');
    this.root.classList.toggle('stale', !this.#isLive);
  }

  dispose(): void {
    if (this.#pictureUrl !== null) URL.revokeObjectURL(this.#pictureUrl);
    this.root.remove();
  }

  #show(): void {
    const isSingle = this.#scores.size === 1;
    const labels = [...this.#scores].map(([region, { label, score }]) => `${isSingle ? '' : `${region}: `}${label} ${percent(score)}`);
    this.#labels.textContent = labels.join(' · ') || 'no verdict yet';
    this.#active.textContent = this.#activeRules.size > 0 ? `active: ${[...this.#activeRules].join(', ')}` : '';
    this.root.classList.toggle('alarm', this.#activeRules.size > 0);
    this.showAge();
  }
}
