import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SystemdNotifier, watchdogMs } from '../../src/telemetry/systemd.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const ENVIRONMENT = { NOTIFY_SOCKET: '/run/fake', WATCHDOG_USEC: '30000000' };

function scene(environment: Record<string, string | undefined> = ENVIRONMENT) {
  const sent: string[] = [];
  const warnings: string[] = [];
  const state = { progress: true, fails: false };
  const clock = new VirtualClock();
  const notifier = new SystemdNotifier({
    environment,
    clock,
    logger: { ...silentLogger, warn: (_, message) => void warnings.push(message) },
    isMakingProgress: () => state.progress,
    send: async (variables) => {
      if (state.fails) throw new Error('no such socket');
      sent.push(variables.join(' '));
    },
  });
  return { notifier, clock, sent, warnings, state };
}

describe('SystemdNotifier', () => {
  it('is silent without systemd', async () => {
    const { notifier, clock, sent } = scene({ WATCHDOG_USEC: '1000000' });
    notifier.start();
    await notifier.ready('up');
    expect([notifier.active, sent, clock.pendingTimers]).toEqual([false, [], 0]);
    await notifier.close();
  });

  it('keeps the order of what it tells', async () => {
    const { notifier, sent } = scene({ NOTIFY_SOCKET: '/run/fake' });
    notifier.start();
    void notifier.status('loading\nthe model');
    void notifier.ready('4 cameras');
    void notifier.reloading();
    void notifier.stopping();
    await notifier.close();
    expect(sent).toEqual([
      'STATUS=loading the model',
      'READY=1 STATUS=4 cameras',
      expect.stringMatching(/^RELOADING=1 MONOTONIC_USEC=\d+$/),
      'STOPPING=1',
    ]);
  });

  it('feeds the watchdog at half its time, while there is progress', async () => {
    const { notifier, clock, sent, state } = scene();
    notifier.start();
    await clock.advance(15_000);
    expect(sent.length).toBe(2);
    state.progress = false;
    await clock.advance(300_000);
    expect(sent.length).toBe(2);
    state.progress = true;
    await clock.advance(15_000);
    expect(sent).toEqual(['WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    await notifier.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('complains once and goes on', async () => {
    const { notifier, warnings, state, sent } = scene();
    state.fails = true;
    await notifier.ready('x');
    await notifier.status('y');
    state.fails = false;
    await notifier.status('z');
    expect(warnings.length).toBe(1);
    expect(sent).toEqual(['STATUS=z']);
    await notifier.close();
  });

  it('runs the helper with what it has to say, and nothing of the environment but the socket', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-notify-'));
    const helper = path.join(folder, 'systemd-notify');
    await writeFile(helper, `#!/bin/sh\n{ echo "$@"; /usr/bin/env | /usr/bin/sort; } >> "${folder}/log"\n`);
    await chmod(helper, 0o755);
    const environment = { NOTIFY_SOCKET: '/run/fake', PATH: folder, MQTT_PASSWORD: 'hunter2' };
    const clock = new VirtualClock();
    const notifier = new SystemdNotifier({ environment, clock, logger: silentLogger, isMakingProgress: () => true });
    await notifier.ready('all well');
    await notifier.close();
    const log = await readFile(path.join(folder, 'log'), 'utf8');
    expect(log).toContain('READY=1 STATUS=all well\n');
    expect(log).toContain('NOTIFY_SOCKET=/run/fake');
    expect(log).not.toContain('hunter2');
    await rm(folder, { recursive: true });
  });

  const hasSystemd = spawnSync('systemd-notify', ['--version']).status === 0 && spawnSync('/usr/bin/python3', ['--version']).status === 0;
  it.skipIf(!hasSystemd)('reaches a real notify socket through the real helper', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-notify-'));
    const socket = path.join(folder, 'socket');
    // Closes the descriptors that come along: the helper waits for that (BARRIER=1).
    const receiver = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound", flush=True)
while True:
    text, fds, _, _ = socket.recv_fds(s, 4096, 4)
    for fd in fds: os.close(fd)
    print(text.decode().replace("\\n", " "), flush=True)
`;
    const child = spawn('/usr/bin/python3', ['-c', receiver, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    let got = '';
    child.stdout.on('data', (chunk: Buffer) => {
      got += chunk.toString();
    });
    const until = async (text: string) => {
      while (!got.includes(text)) await new Promise((resolve) => child.stdout.once('data', resolve));
    };
    try {
      await until('bound');
      const environment = { NOTIFY_SOCKET: socket, PATH: process.env['PATH'] };
      const notifier = new SystemdNotifier({ environment, clock: new VirtualClock(), logger: silentLogger, isMakingProgress: () => true });
      await notifier.ready('all well');
      await until('STATUS=all well');
      expect(got).toContain('READY=1');
      await notifier.close();
    } finally {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true });
    }
  });
});

describe('watchdogMs', () => {
  it.each([
    [{}, Number.POSITIVE_INFINITY],
    [{ WATCHDOG_USEC: '30000000' }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, Number.POSITIVE_INFINITY],
    [{ WATCHDOG_USEC: 'x' }, Number.POSITIVE_INFINITY],
    [{ WATCHDOG_USEC: '0' }, Number.POSITIVE_INFINITY],
  ])('%j is %f', (environment, expected) => {
    expect(watchdogMs(environment, 7)).toBe(expected);
  });
});
