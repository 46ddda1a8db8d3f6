import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import { pictureAgeMs } from '../state/picture-age.ts';
import { tick } from '../state/ticker.ts';
import { PictureCanvas } from '../ui/picture-canvas.tsx';
import { duration } from '../ui/words.ts';
import { FullMotion } from './full-motion.tsx';

/** The sampled picture, large: the very frame of the newest verdict. Or full motion, when it is asked for. */
export function CameraPicture({ live }: { readonly live: LiveCamera }): JSX.Element {
  const { state } = useSession();
  const { name, state: cameraState } = live.camera.value;
  const active = live.active.value;
  const caption = useComputed(() => {
    const tile = live.tile.value;
    if (tile === null) return 'no picture yet';
    const ageMs = pictureAgeMs(tile, live.camera.value, { daemonNowMs: state.daemonNow(), nowMs: tick.value });
    return `what the network saw ${duration(ageMs)} ago, frame ${tile.sequence}`;
  });
  const isMoving = useSignal(false);
  const isStale = cameraState !== 'live' || state.connection.value.kind === 'lost';
  return (
    <figure class={`camera-picture card ${isStale && !isMoving.value ? 'stale' : ''}`}>
      <div class="tile-picture">
        {isMoving.value ? (
          <FullMotion cameraId={live.id} name={name} />
        ) : (
          <PictureCanvas live={live} label={`What the network saw last at ${name}`} />
        )}
        {active.length > 0 && (
          <div class="tile-rules">
            {active.map(({ rule, region }) => (
              <span key={`${rule} ${region}`} class="tile-rule">
                {region === 'full' ? rule : `${rule} · ${region}`}
              </span>
            ))}
          </div>
        )}
      </div>
      <figcaption>
        <span class="quiet">{isMoving.value ? 'full motion' : caption}</span>
        <fieldset class="chips">
          <legend class="visually-hidden">Picture</legend>
          <button type="button" class="chip" aria-pressed={!isMoving.value} onClick={() => (isMoving.value = false)}>
            As judged
          </button>
          <button type="button" class="chip" aria-pressed={isMoving.value} onClick={() => (isMoving.value = true)}>
            Full motion
          </button>
        </fieldset>
      </figcaption>
    </figure>
  );
}
