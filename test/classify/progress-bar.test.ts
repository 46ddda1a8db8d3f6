import { describe, expect, it } from 'vitest';
import { ProgressBar } from '../../src/classify/progress-bar.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

function bar(isTTY: boolean) {
  const clock = new VirtualClock();
  let text = '';
  let drawn = 0;
  const terminal = {
    isTTY,
    columns: 40,
    write: (more: string) => {
      text += more;
    },
  };
  const made = new ProgressBar(terminal, clock, (columns) => `${++drawn} of ${columns}`);
  return { bar: made, clock, text: () => text };
}

describe('ProgressBar', () => {
  it('draws over itself, makes room for lines, and leaves nothing', async () => {
    const t = bar(true);
    t.bar.start();
    t.bar.start();
    await t.clock.advance(200);
    t.bar.say('a line');
    await t.clock.advance(200);
    t.bar.close();
    t.bar.close();
    await t.clock.advance(1000);
    expect(t.text()).toBe('\r\u001b[K1 of 40\r\u001b[K2 of 40\r\u001b[Ka line\n\r\u001b[K3 of 40\r\u001b[K');
    expect(t.clock.pendingTimers).toBe(0);
  });

  it('is not there without a terminal; lines are', async () => {
    const t = bar(false);
    t.bar.start();
    await t.clock.advance(1000);
    t.bar.say('a line');
    t.bar.close();
    expect(t.text()).toBe('a line\n');
  });
});
