import type { JSX } from 'preact';
import { percent } from './words.ts';

export interface BarProps {
  /** 0…1. */
  readonly value: number;
  readonly label: string;
  readonly tone?: 'plain' | 'alarm';
}

/** A label, its bar and its number. The bar moves by a transform, which costs no layout. */
export function Bar({ value, label, tone = 'plain' }: BarProps): JSX.Element {
  return (
    <div class={`bar ${tone}`}>
      <span class="bar-track" aria-hidden="true">
        <span class="bar-fill" style={{ transform: `scaleX(${Math.min(1, Math.max(0, value))})` }} />
      </span>
      <span class="bar-label">{label}</span>
      <span class="bar-value">{percent(value)}</span>
    </div>
  );
}
