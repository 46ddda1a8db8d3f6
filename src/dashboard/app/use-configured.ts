import { useSignal } from '@preact/signals';
import { usePolling } from '../ui/polling.ts';

const POLL_MS = 3_000;

/**
 * The ids of the cameras in the configuration; null until the daemon told. It watches none of them before the network is loaded: until then its list of cameras is empty, which does
 * not mean that there is none.
 */
export function useConfigured(): readonly string[] | null {
  const ids = useSignal<readonly string[] | null>(null);
  usePolling(
    () => '/api/config',
    POLL_MS,
    (answer) => (ids.value = Object.keys((answer as { readonly config: { readonly cameras: object } }).config.cameras)),
  );
  return ids.value;
}
