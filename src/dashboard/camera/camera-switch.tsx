import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Camera } from '../state/messages.ts';

/** Pauses and resumes. What the daemon answers comes with the camera's next message. */
export function CameraSwitch({ camera }: { readonly camera: Camera }): JSX.Element {
  const isBusy = useSignal(false);
  const problem = useSignal('');
  const set = async (enabled: boolean) => {
    if (isBusy.value) return;
    isBusy.value = true;
    problem.value = await switchCamera(camera.id, enabled);
    isBusy.value = false;
  };
  return (
    <div class="camera-switch">
      {/* Not `disabled`: that would take the focus away from who pressed it. */}
      <button type="button" class="button" aria-disabled={isBusy.value} onClick={() => void set(!camera.enabled)}>
        {camera.enabled ? 'Pause' : 'Resume'}
      </button>
      <p role="status" class="problem">
        {problem}
      </p>
    </div>
  );
}

/** Empty when all is well. */
async function switchCamera(id: string, enabled: boolean): Promise<string> {
  try {
    const response = await fetch(`/api/cameras/${id}/enabled`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ enabled }),
    });
    const answer = (await response.json()) as { stored?: boolean; message?: string };
    if (!response.ok) return answer.message ?? `the daemon answered ${response.status}`;
    return answer.stored === false ? 'In force, but not on disk yet: it may not survive a restart.' : '';
  } catch {
    return 'The daemon cannot be reached.';
  }
}
