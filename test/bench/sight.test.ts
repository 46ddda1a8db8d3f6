import { expect, it } from 'vitest';
import { cameraSight, metricSum } from '../../src/bench/sight.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';

it("adds up a metric's series, and no other's", () => {
  const text =
    '# HELP fw_busy_total x\nfw_busy_total 1.5\nfw_busy_total_more 7\nfw_drops{camera="a",reason="x"} 2\nfw_drops{camera="b",reason="y"} 3e1\n';
  expect(metricSum(text, 'fw_busy_total')).toBe(1.5);
  expect(metricSum(text, 'fw_drops')).toBe(32);
  expect(metricSum(text, 'fw')).toBe(0);
});

it('takes a camera as the API shows it', () => {
  const view = { id: 'a', state: 'live', stream: { decode: 'keyframes' }, framesReceived: 3, framesClassified: 2, drops: { expired: 1 } };
  expect(cameraSight(view as unknown as CameraView)).toEqual({
    id: 'a',
    live: true,
    decode: 'keyframes',
    received: 3,
    judged: 2,
    dropped: { expired: 1 },
  });
});
