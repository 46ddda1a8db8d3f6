import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import './camera.css';
import { navigate } from '../app/navigation.ts';
import { useSession } from '../app/session.ts';
import { useConfigured } from '../app/use-configured.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import type { Camera } from '../state/messages.ts';
import { tick } from '../state/ticker.ts';
import { Badge } from '../ui/badge.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { isTyping } from '../ui/keyboard.ts';
import { usePolling } from '../ui/polling.ts';
import { Starting } from '../ui/starting.tsx';
import { coverageInWords, stateInWords, toneOf } from '../ui/words.ts';
import { staleReason } from '../wall/stale-reason.ts';
import { CameraDay } from './camera-day.tsx';
import { CameraHealth } from './camera-health.tsx';
import { CameraPicture } from './camera-picture.tsx';
import { CameraSwitch } from './camera-switch.tsx';
import { ScoreTimelines } from './score-timelines.tsx';
import { TopLabels } from './top-labels.tsx';
import { useCameraEvents } from './use-camera-events.ts';

const POLL_MS = 2_000;

/** Everything about one camera. */
export function CameraPage({ id }: { readonly id: string }): JSX.Element {
  const { state } = useSession();
  const cameras = state.cameras.value;
  const live = cameras?.get(id);
  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !isTyping(event) && !document.querySelector('dialog[open]')) navigate('/');
    };
    addEventListener('keydown', back);
    return () => removeEventListener('keydown', back);
  }, []);
  if (cameras === null) return <p class="page quiet">Waiting for the daemon …</p>;
  return live ? <CameraView live={live} /> : <Absent id={id} />;
}

function Absent({ id }: { readonly id: string }): JSX.Element {
  const configured = useConfigured();
  if (configured === null) return <p class="page quiet">Waiting for the daemon …</p>;
  if (configured.includes(id)) return <Starting />;
  return (
    <EmptyState title="There is no such camera">
      <p>
        No camera has the id <code>{id}</code> (any more).
      </p>
      <a href="/">To the wall</a>
    </EmptyState>
  );
}

function CameraView({ live }: { readonly live: LiveCamera }): JSX.Element {
  const { state, watched } = useSession();
  const camera = live.camera.value;
  const events = useCameraEvents(live.id);
  useEffect(() => watched.add(live.id), [watched, live.id]);
  usePolling(
    () => `/api/cameras/${live.id}`,
    POLL_MS,
    (answer) => state.cameraPolled(answer as Camera),
    () => state.cameraDenied(live.id),
  );
  return (
    <div class="page camera-page">
      <div class="camera-head">
        <a href="/" class="back">
          ← Wall
        </a>
        <h1>{camera.name}</h1>
        <Badge tone={toneOf(camera.state)} words={stateInWords(camera.state)} />
        {camera.state === 'live' && camera.coverage && camera.coverage.state !== 'watching' && (
          <Badge tone="warn" words={coverageInWords(camera.coverage)} />
        )}
        <CameraSwitch camera={camera} />
      </div>
      <Trouble live={live} />
      {camera.bound.message !== null && <p class="notice warn">{camera.bound.message}</p>}
      <div class="camera-columns">
        <div class="camera-main">
          <CameraPicture live={live} />
          <ScoreTimelines key={live.id} live={live} messages={events.messages} />
          <CameraDay live={live} events={events} />
        </div>
        <div class="camera-side">
          <TopLabels live={live} />
          <CameraHealth camera={camera} />
        </div>
      </div>
    </div>
  );
}

function Trouble({ live }: { readonly live: LiveCamera }): JSX.Element | null {
  const { state } = useSession();
  tick.value;
  const reason = staleReason(live.camera.value, state.daemonNow());
  return reason === null || live.camera.value.state === 'disabled' ? null : <p class="notice bad">{reason}</p>;
}
