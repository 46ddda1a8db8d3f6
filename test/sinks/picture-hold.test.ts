import { describe, expect, it } from 'vitest';
import { PictureHold } from '../../src/sinks/picture-hold.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('PictureHold', () => {
  it('holds pictures back for an hour after two sessions in a row that ended right after one, and says so once', async () => {
    const { hold, clock, logger, session } = stage();
    await session({ picture: true, thenMs: 100 });
    expect(hold.isOpen).toBe(true);
    await session({ picture: true, thenMs: 100 });
    expect(hold.isOpen).toBe(false);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { code: 'MQTT_REFUSED' } }]);
    await session({ picture: false, thenMs: 100 });
    await clock.advance(3_600_000);
    expect(hold.isOpen).toBe(true);
    await session({ picture: true, thenMs: 100 });
    expect(hold.isOpen).toBe(true);
  });

  it('suspects none whose session went on for a while, and counts no session that carried none', async () => {
    const { hold, session } = stage();
    for (const thenMs of [100, 5_000, 100, 6_000]) await session({ picture: true, thenMs });
    for (let i = 0; i < 5; i++) await session({ picture: false, thenMs: 10 });
    expect(hold.isOpen).toBe(true);
  });
});

function stage() {
  const clock = new VirtualClock();
  const logger = recordingLogger();
  const hold = new PictureHold(clock, logger);
  const session = async ({ picture, thenMs }: { readonly picture: boolean; readonly thenMs: number }) => {
    if (picture) hold.sent();
    await clock.advance(thenMs);
    hold.sessionEnded();
  };
  return { hold, clock, logger, session };
}
