import { describe, expect, it } from 'vitest';
import { LiveConnection } from '../../src/http/live-connection.ts';

function start() {
  const told: string[] = [];
  const connection = new LiveConnection({
    socket: { close: (code) => told.push(`close ${code}`), terminate: () => told.push('terminate') },
    cameraId: 'yard',
    seat: { skipped: 3, leave: () => told.push('leave') },
    observer: { websocketDropped: (reason) => told.push(reason) },
  });
  return { told, connection };
}

describe('LiveConnection', () => {
  it('leaves its seat once', () => {
    const { told, connection } = start();
    connection.end();
    connection.end();
    connection.drop('unresponsive');
    expect(told).toEqual(['leave']);
  });

  it('says what it is, and what was left out for it', () => {
    expect(start().connection.doing).toEqual({ kind: 'live', cameras: ['yard'], dropped: 3 });
  });

  it('drops a client that answers no ping, or says anything', () => {
    const [silent, talking] = [start(), start()];
    silent.connection.drop('unresponsive');
    talking.connection.received('{"type":"watch"}');
    expect(silent.told).toEqual(['leave', 'unresponsive', 'terminate']);
    expect(talking.told).toEqual(['leave', 'protocol', 'close 1008']);
  });
});
