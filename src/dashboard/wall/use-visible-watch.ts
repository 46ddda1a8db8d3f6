import { useEffect, useMemo } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import type { Watched } from '../state/watched.ts';

/** A bit more than what is seen: while scrolling, pictures are there already. */
const MARGIN = '200px';

/** Takes an element with `data-camera`; returns what forgets it. */
export type Observe = (element: HTMLElement) => () => void;

/** Of the tiles given to it those in sight are watched, and no others. */
export function useVisibleWatch(cameras: ReadonlyMap<string, LiveCamera>): Observe {
  const { watched } = useSession();
  const watch = useMemo(() => new VisibleWatch(watched), [watched]);
  watch.cameras = cameras;
  useEffect(() => () => watch.close(), [watch]);
  return watch.observe;
}

class VisibleWatch {
  cameras: ReadonlyMap<string, LiveCamera> = new Map();
  readonly #watched: Watched;
  readonly #releases = new Map<Element, () => void>();
  readonly #observer: IntersectionObserver;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: MARGIN });
  }

  readonly observe: Observe = (element) => {
    this.#observer.observe(element);
    return () => {
      this.#observer.unobserve(element);
      this.#release(element);
    };
  };

  close(): void {
    this.#observer.disconnect();
    for (const element of [...this.#releases.keys()]) this.#release(element);
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const id = target instanceof HTMLElement ? target.dataset['camera'] : undefined;
      if (id === undefined) continue;
      if (!isIntersecting) this.#release(target);
      else if (!this.#releases.has(target)) this.#releases.set(target, this.#watched.add(id));
    }
  }

  #release(element: Element): void {
    this.#releases.get(element)?.();
    this.#releases.delete(element);
  }
}
