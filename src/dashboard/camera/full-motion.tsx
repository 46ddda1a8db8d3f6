import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import type { LiveState } from '../live/live-player.ts';
import { tick } from '../state/ticker.ts';
import { countdown } from '../ui/words.ts';

/** Full motion, from when it is shown until it is no more. The player is loaded by the first that asks for it. */
export function FullMotion({ cameraId, name }: { readonly cameraId: string; readonly name: string }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const state = useSignal<LiveState>({ kind: 'connecting' });
  const tries = useSignal(0);
  useEffect(() => {
    if (!video.current || !canvas.current) return;
    const elements = { video: video.current, canvas: canvas.current };
    let isGone = false;
    let close = () => {};
    import('../live/live-player.ts').then(
      ({ LivePlayer }) => {
        if (isGone) return;
        const player = new LivePlayer({ cameraId, ...elements, onState: (next) => (state.value = next) });
        close = () => player.close();
        player.start();
      },
      () => (state.value = { kind: 'refused', code: '', reason: 'the player could not be loaded' }),
    );
    return () => {
      isGone = true;
      close();
    };
  }, [cameraId, state, tries.value]);
  return (
    <div class="full-motion">
      {/* biome-ignore lint/a11y/useMediaCaption: cameras are watched without sound */}
      <video ref={video} hidden aria-label={`Full motion of ${name}`} />
      {/* A new one for each try: the player before has let go of its own. */}
      <canvas key={tries.value} ref={canvas} hidden role="img" aria-label={`Full motion of ${name}`} />
      <Note state={state.value} onRetry={() => (tries.value += 1)} />
    </div>
  );
}

function Note({ state, onRetry }: { readonly state: LiveState; readonly onRetry: () => void }): JSX.Element | null {
  const session = useSession();
  if (state.kind === 'playing') return null;
  if (state.kind === 'connecting') return <p class="tile-note">connecting …</p>;
  if (state.kind === 'refused') {
    return (
      <div class="tile-note why">
        <p>{state.reason}</p>
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      </div>
    );
  }
  tick.value;
  const next = state.nextTryAt === null ? '' : `, next try in ${countdown(Date.parse(state.nextTryAt) - session.state.daemonNow())}`;
  return (
    <p class="tile-note why">
      {state.reason}
      {next}
    </p>
  );
}
