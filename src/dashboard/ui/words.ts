import type { Camera, CameraState, Coverage } from '../state/messages.ts';

const STATES: Readonly<Record<CameraState, string>> = {
  disabled: 'switched off',
  connecting: 'connecting',
  live: 'live',
  backingOff: 'waiting for the next try',
  authFailed: 'wrong user or password',
  offline: 'not reachable',
};

export function stateInWords(state: CameraState): string {
  return STATES[state];
}

/** How bad a state is. */
export function toneOf(state: CameraState): 'good' | 'warn' | 'bad' | 'quiet' {
  if (state === 'live') return 'good';
  if (state === 'disabled') return 'quiet';
  return state === 'authFailed' || state === 'offline' ? 'bad' : 'warn';
}

const COVERAGE: Readonly<Record<Coverage['state'], string>> = {
  watching: 'watched',
  reduced: 'watched more rarely than asked',
  blind: 'not watched',
};
const REASONS: Readonly<Record<string, string>> = {
  offline: 'no pictures come',
  authFailed: 'wrong user or password',
  disabled: 'switched off',
  source: 'the stream has fewer pictures',
  invalid: 'its pictures cannot be judged',
  keyframes: 'key frames are rare',
  motion: 'nothing moves',
  overload: 'more is asked than the machine can judge',
  engine: 'the network is away',
  reload: 'its configuration was changed',
  shutdown: 'the program had ended',
  start: 'the program starts',
  crash: 'the program had died',
  suspended: 'the program stood still, or the clock was set',
  unrecorded: 'what happened could not be written down',
};

export function coverageInWords({ state, reason }: Pick<Coverage, 'state' | 'reason'>): string {
  return reason === null ? COVERAGE[state] : `${COVERAGE[state]}: ${REASONS[reason] ?? reason}`;
}

/** Why a camera shows no live picture; null when it does. */
export function troubleOf(camera: Pick<Camera, 'state' | 'error'>): string | null {
  if (camera.state === 'live') return null;
  return camera.state !== 'disabled' && camera.error ? camera.error.message : stateInWords(camera.state);
}

export function percent(score: number): string {
  return `${Math.round(score * 100)} %`;
}

export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** "4:12", or "1:04:12" from an hour on; never below zero. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Date and time as people here write them. */
export function clockTime(at: string): string {
  return new Date(at).toLocaleString();
}
