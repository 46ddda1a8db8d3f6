/** What the server says of a stream that begins. */
export interface LiveInit {
  readonly mode: 'mse' | 'jsmpeg';
  /** As browsers name it; null for JSMpeg. */
  readonly codec: string | null;
  readonly width: number;
  readonly height: number;
  readonly epoch: number;
}

/** What the server says when there is no picture. `nextTryAt`: ISO 8601, null when it does not try again by itself. */
export interface LiveTrouble {
  readonly kind: 'offline' | 'error';
  readonly code: string;
  readonly message: string;
  readonly nextTryAt: string | null;
}

/** Reads a text frame of `/ws/live/:camera`; null when it is of a kind that this page does not know. */
export function readLiveMessage(text: string): { readonly init: LiveInit } | { readonly trouble: LiveTrouble } | null {
  const message = parsed(text);
  if (message?.['type'] === 'init') {
    const { mode, codec, width, height, epoch } = message;
    if ((mode !== 'mse' && mode !== 'jsmpeg') || typeof width !== 'number' || typeof height !== 'number' || typeof epoch !== 'number') return null;
    return { init: { mode, codec: typeof codec === 'string' ? codec : null, width, height, epoch } };
  }
  if (message?.['type'] === 'offline' || message?.['type'] === 'error') {
    const { type, code, message: words, nextTryAt } = message;
    return { trouble: { kind: type, code: String(code), message: String(words), nextTryAt: typeof nextTryAt === 'string' ? nextTryAt : null } };
  }
  return null;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
