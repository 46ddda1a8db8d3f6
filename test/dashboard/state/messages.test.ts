import { expect, it } from 'vitest';
import type * as page from '../../../src/dashboard/state/messages.ts';
import type { LabelEvent } from '../../../src/events/label-event.ts';
import type { CameraView } from '../../../src/http/monitor-view.ts';
import type { Stats } from '../../../src/telemetry/stats.ts';

// The pages have types of their own, for they know only the contract. That the daemon's are these is checked by the compiler: a drift does not build.
const readers = {
  camera: (view: CameraView): page.Camera => view,
  event: (event: LabelEvent): page.LabelEvent => event,
  stats: (stats: Stats): page.Stats => stats,
};

it('what the daemon sends is what the pages read', () => {
  expect(Object.keys(readers)).toEqual(['camera', 'event', 'stats']);
});
