import { useEffect, useRef } from 'preact/hooks';

/** Asks again and again, while the page is seen. A try that fails is left out: that the daemon is away is told by the feed. */
export function usePolling(url: string, everyMs: number, onAnswer: (answer: unknown) => void): void {
  const newest = useRef(onAnswer);
  newest.current = onAnswer;
  useEffect(() => {
    const end = new AbortController();
    const poll = async () => {
      if (document.hidden) return;
      const response = await fetch(url, { signal: end.signal });
      if (response.ok) newest.current(await response.json());
    };
    const quietly = () => void poll().catch(() => undefined);
    quietly();
    const timer = setInterval(quietly, everyMs);
    return () => {
      clearInterval(timer);
      end.abort();
    };
  }, [url, everyMs]);
}
