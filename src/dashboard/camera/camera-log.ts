export interface ChildLog {
  readonly startedAt: string;
  /** Null while it runs. */
  readonly endedAt: string | null;
  readonly omitted: number;
  readonly lines: readonly { readonly at: string; readonly text: string }[];
}

/** `GET /api/cameras/:id/log`. */
export interface CameraLog {
  readonly camera: string;
  /** Newest first. */
  readonly children: readonly ChildLog[];
}

export function omittedWords(count: number): string {
  return count === 1 ? 'One line is not kept.' : `${count.toLocaleString()} lines are not kept.`;
}
