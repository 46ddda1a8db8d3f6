import { useEffect, useRef } from 'preact/hooks';

/**
 * Asks again and again, while the page is seen. A try that fails is left out: that the daemon is away is told by the feed. `url` is made anew for each.
 * `onMissing`: the daemon says that there is no such thing.
 */
export function usePolling(url: () => string, everyMs: number, onAnswer: (answer: unknown) => void, onMissing?: () => void): void {
  const newest = useRef({ url, onAnswer, onMissing });
  newest.current = { url, onAnswer, onMissing };
  useEffect(() => {
    const end = new AbortController();
    const poll = async () => {
      const response = await fetch(newest.current.url(), { signal: end.signal });
      if (response.ok) newest.current.onAnswer(await response.json());
      else if (response.status === 404) newest.current.onMissing?.();
    };
    const quietly = () => {
      if (!document.hidden) poll().catch(() => undefined);
    };
    quietly();
    const timer = setInterval(quietly, everyMs);
    return () => {
      clearInterval(timer);
      end.abort();
    };
  }, [everyMs]);
}
