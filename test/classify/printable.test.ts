import { describe, expect, it } from 'vitest';
import { printable } from '../../src/classify/printable.ts';

describe('printable', () => {
  it('lets no name write on the terminal what it likes', () => {
    expect(printable('a\u001b[2Jb\nc\rd\u009b31me\u202etxt.exe')).toBe('a�[2Jb�c�d�31me�txt.exe');
    expect(printable('Grüße – 東京 🎥.mp4')).toBe('Grüße – 東京 🎥.mp4');
  });
});
