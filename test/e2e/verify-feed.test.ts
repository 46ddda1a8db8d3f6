import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import type { VerificationReport } from '../../src/feed-check/verification.ts';
import { root } from '../helpers/daemon.ts';
import { startStage } from '../helpers/http-stage.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { startBroker, startPublisher, subscribe } from '../helpers/mqtt-stage.ts';
import type { Subscriber } from '../helpers/mqtt-subscriber.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { waitFor } from '../helpers/wait-for.ts';

const LEDGER = { total: 92.2, decode: 9.1, queue: 12, preprocess: 4, inference: 67, decide: 0.1, bound: 500, feasible: true };
const CAMERAS = ['door', 'yard', 'gate'];

describe('framewatch verify-feed at a real broker', () => {
  it('agrees with an independent subscriber, also when the broker was away', async () => {
    const broker = await startBroker({ persistence: true });
    const independent = await subscribe({ port: broker.port, topic: 'framewatch/+/event', clientId: 'independent' });
    const verify = start(['--mqtt', broker.url, '--session', 'verify', '--after', '0', '--until-sequence', '300', '--seconds', '60', '--json']);
    await verify.said('listening');
    const { tell } = await startPublisher(broker);
    for (let sequence = 1; sequence <= 150; sequence += 1) await tell(event(sequence));
    await waitFor('some have arrived', () => independent.messages.length > 20);
    await broker.stop();
    for (let sequence = 151; sequence <= 300; sequence += 1) await tell(event(sequence));
    await verify.said('delivered later');
    await broker.start();
    const report = await verify.report();

    expect(report.findings).toEqual([]);
    expect(verify.code()).toBe(0);
    await waitFor('the independent subscriber has all', () => new Set(sequencesOf(independent)).size === 300, 30_000);
    expect(report.tally).toMatchObject({ events: 300, lowest: 1, highest: 300, missing: 0 });
  });

  it('finds what was planted, and nothing else, as the independent subscriber sees it', async () => {
    const broker = await startBroker();
    const independent = await subscribe({ port: broker.port, topic: 'framewatch/+/event' });
    const verify = start(['--mqtt', broker.url, '--seconds', '60', '--json']);
    await verify.said('listening');
    const door = (sequence: number) => text(sequence, 'door');
    // 4 is left out, 7 and 6 are swapped, 8 comes twice, 9 twice with other contents.
    const lie = door(9).replace('"label":"Porn"', '"label":"Sexy"');
    await publish(broker.port, 'door', [1, 2, 3, 5, 7, 6, 8, 8, 9].map(door).concat(lie));
    // Cameras may overtake each other.
    await publish(broker.port, 'yard', [text(11, 'yard')]);
    await publish(broker.port, 'door', [door(10)]);
    await publish(broker.port, 'yard', [text(12, 'yard')], ['-r']);
    await waitFor('all has arrived', () => independent.messages.length === 13);
    verify.interrupt();
    const report = await verify.report();

    const [all, seen] = [sequencesOf(independent), new Set(sequencesOf(independent))];
    expect(Array.from({ length: 11 }, (_, index) => index + 1).filter((sequence) => !seen.has(sequence))).toEqual([4]);
    expect(all.slice(0, 10)).toEqual([1, 2, 3, 5, 7, 6, 8, 8, 9, 9]);
    expect(report.findings.map(({ kind, sequence, camera }) => [kind, sequence, camera])).toEqual([
      ['disorder', 6, 'door'],
      ['contradiction', 9, 'door'],
      ['retained', 12, 'yard'],
      ['gap', 4, null],
    ]);
    expect(report.tally).toMatchObject({ messages: 13, events: 10, repeats: 1, missing: 1, lowest: 1, highest: 11 });
    expect(verify.code()).toBe(1);
  });

  it('gets with the same session what came while it was away, and knows what to expect', async () => {
    const broker = await startBroker();
    const argv = ['--mqtt', broker.url, '--session', 'audit', '--protocol', '4', '--json'];
    const first = start([...argv, '--until-sequence', '2', '--seconds', '30']);
    await first.said('listening');
    await publish(broker.port, 'door', [text(1, 'door'), text(2, 'door')]);
    expect((await first.report()).tally.events).toBe(2);
    await publish(broker.port, 'door', [text(3, 'door'), text(5, 'door')]);
    const second = await start([...argv, '--after', '2', '--until-sequence', '5', '--seconds', '30']).report();
    expect(second.tally).toMatchObject({ events: 2, missing: 1 });
    expect(second.findings).toMatchObject([{ kind: 'gap', sequence: 4, toSequence: 4 }]);
  });

  it('takes broker, login, certificate and topic from a configuration, and tells no secret', async () => {
    const broker = await startBroker({ users: { viewer: 's3cret-word' }, tls: true });
    const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-verify-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const config = path.join(folder, 'framewatch.yaml');
    const mqtt = { url: broker.url, username: 'viewer', password: 's3cret-word', ca: broker.ca, baseTopic: 'house' };
    writeFileSync(config, JSON.stringify({ stateDir: folder, mqtt, cameras: {} }), { mode: 0o600 });
    const verify = start(['--config', config, '--until-sequence', '1', '--seconds', '30']);
    await verify.said(`listening to ${broker.url}, house/+/event (MQTT 5)`);
    const login = ['-u', 'viewer', '-P', 's3cret-word', '--cafile', broker.ca, '-h', '127.0.0.1'];
    await publish(broker.port, 'door', [text(1, 'door')], login, 'house');
    await verify.ended;
    expect([verify.code(), verify.stdout().split('\n').slice(1)]).toEqual([0, ['nothing missing', 'nothing wrong', '']]);

    const refused = start(['--config', config, '--mqtt', broker.url, '--username', 'nobody', '--seconds', '5']);
    await refused.ended;
    expect([refused.code(), refused.stderr().includes('MQTT_REFUSED')]).toEqual([1, true]);
    expect(verify.stderr() + refused.stderr()).not.toContain('s3cret-word');
  });

  it('hears all of it over a line that is slow, and breaks', async () => {
    const broker = await startBroker();
    const proxy = await startTcpProxy(broker.port);
    onTestFinished(() => proxy.close());
    const verify = start(['--mqtt', `mqtt://127.0.0.1:${proxy.port}`, '--session', 'slow', '--until-sequence', '60', '--seconds', '60', '--json']);
    await verify.said('listening');
    proxy.set({ bytesPerSecond: 20_000, sliceBytes: 100 }, 'toClient');
    const { tell } = await startPublisher(broker);
    for (let sequence = 1; sequence <= 60; sequence += 1) await tell(event(sequence));
    await waitFor('some are on their way', () => proxy.passed.toClient > 10_000);
    proxy.cut();
    const report = await verify.report();
    expect([report.findings, report.tally.events, report.tally.missing, verify.code()]).toEqual([[], 60, 0, 0]);
    expect(verify.stderr()).toContain('delivered later');
  });

  it('says for people what it found, on lines that a terminal can bear', async () => {
    const broker = await startBroker();
    const verify = start(['--mqtt', broker.url, '--base-topic', 'house/fw/', '--seconds', '60']);
    await verify.said('listening');
    await publish(broker.port, 'do\u202eor', ['nonsense'], [], 'house/fw');
    await waitFor('it is told', () => verify.stdout().includes('no JSON'));
    verify.interrupt();
    await verify.ended;
    expect(verify.stdout()).toMatch(/^schema +do�or: no JSON\n.*, 1 messages, 0 events\nnothing missing\nwrong: schema 1\n$/);
    expect(verify.code()).toBe(1);
  });

  it('says at once when nobody is there, or it may not listen', async () => {
    const broker = await startBroker({ users: { viewer: 'good' }, acl: ['user viewer', 'topic read elsewhere/#'] });
    const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-verify-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const passwords = { good: path.join(folder, 'good'), bad: path.join(folder, 'bad') };
    for (const [password, file] of Object.entries(passwords)) writeFileSync(file, `${password}\n`, { mode: 0o600 });
    const outcome = async (argv: readonly string[]) => {
      const verify = start(argv);
      await verify.ended;
      return [verify.code(), /[A-Z]+_[A-Z]+/.exec(verify.stderr())?.[0] ?? verify.stderr()];
    };
    const login = (file: string) => ['--mqtt', broker.url, '--username', 'viewer', '--password-file', file, '--seconds', '2'];
    expect(await outcome(login(passwords.bad))).toEqual([1, 'MQTT_REFUSED']);
    expect(await outcome(login(path.join(folder, 'none')))).toEqual([78, 'SECRET_UNREADABLE']);
    expect(await outcome(['--mqtt', 'mqtt://127.0.0.1:1', '--seconds', '2'])).toEqual([1, 'MQTT_UNREACHABLE']);
    // Mosquitto grants a subscription whose messages it will then not deliver.
    expect(await outcome(login(passwords.good))).toEqual([0, expect.stringContaining('listening')]);
  });

  it.each([
    [['--mqtt', 'mqtt://a', '--ws', 'ws://b']],
    [['--mqtt', 'mqtt://user:secret@a']],
    [['--mqtt', 'http://a']],
    [['--ws', 'ws://a', '--session', 'x']],
    [['--mqtt', 'nowhere']],
    [['--seconds', 'x']],
    [['--protocol', '3']],
  ])('is 64 for %j', async (argv) => {
    const verify = start(argv);
    await verify.ended;
    expect([verify.code(), verify.stdout()]).toEqual([64, '']);
    expect(verify.stderr()).not.toContain('listening');
  });
});

describe('framewatch verify-feed at a real WebSocket', () => {
  it('follows history and live events over a line that breaks, and finds nothing', async () => {
    const { stage, verify, proxy } = await websocket(['--after', '0', '--until-sequence', '40', '--seconds', '60', '--json']);
    await verify.said('listening');
    for (let sequence = 21; sequence <= 30; sequence += 1) happen(stage, sequence);
    await waitFor('they are on their way', () => proxy.passed.toClient > 1000);
    proxy.cut();
    await verify.said('delivered later');
    for (let sequence = 31; sequence <= 40; sequence += 1) happen(stage, sequence);
    const report = await verify.report();
    expect(report.findings).toEqual([]);
    expect(report.tally).toMatchObject({ events: 40, repeats: 0, missing: 0 });
    expect(verify.code()).toBe(0);
  });

  it('finds a live event that the daemon left out, and a gap that it tells of', async () => {
    const { stage, verify } = await websocket(['--after', '0', '--until-sequence', '24', '--seconds', '60', '--json'], 5);
    await verify.said('listening');
    for (const sequence of [21, 22, 24]) happen(stage, sequence);
    const report = await verify.report();
    expect(report.findings.map(({ kind, sequence, toSequence }) => [kind, sequence, toSequence])).toEqual([
      ['toldGap', 1, 4],
      ['gap', 23, 23],
    ]);
    expect(verify.code()).toBe(1);
  });

  it('says that it wants another token', async () => {
    const { verify } = await websocket(['--seconds', '5'], 1, 'wrong');
    await verify.ended;
    expect(verify.code()).toBe(1);
    expect(verify.stderr()).toMatch(/FEED_UNREACHABLE: .*401: it wants another token/);
  });
});

/** A server whose history holds events up to 20, and `verify-feed` behind a line to it. */
async function websocket(argv: readonly string[], oldest: number = 1, token?: string) {
  const stage = await startStage();
  const proxy = await startTcpProxy(Number(new URL(stage.server.url).port));
  const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-verify-'));
  onTestFinished(async () => {
    await proxy.close();
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let sequence = oldest; sequence <= 20; sequence += 1) happen(stage, sequence);
  const tokenFile = path.join(folder, 'token');
  writeFileSync(tokenFile, `${token ?? stage.token}\n`);
  return { stage, proxy, verify: start(['--ws', `http://127.0.0.1:${proxy.port}`, '--token-file', tokenFile, ...argv]) };
}

function happen({ view, feed }: Awaited<ReturnType<typeof startStage>>, sequence: number): void {
  view.history.events.push(event(sequence));
  feed.event(event(sequence));
}

function start(argv: readonly string[]) {
  const child = spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), 'verify-feed', ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => {
    said.out += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    said.err += bytes.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    ended,
    stdout: () => said.out,
    stderr: () => said.err,
    code: () => child.exitCode,
    interrupt: () => void child.kill('SIGINT'),
    said: (what: string) => waitFor(`verify-feed says "${what}"`, () => said.err.includes(what)),
    async report() {
      await ended;
      if (said.out === '') throw new Error(`no report: ${said.err}`);
      return JSON.parse(said.out) as VerificationReport;
    },
  };
}

/** By mosquitto_pub, one message a line. */
async function publish(port: number, camera: string, lines: readonly string[], more: readonly string[] = [], base = 'framewatch'): Promise<void> {
  const child = spawn('mosquitto_pub', ['-p', String(port), '-V', 'mqttv5', '-q', '1', '-t', `${base}/${camera}/event`, '-l', ...more]);
  child.stdin.end(`${lines.join('\n')}\n`);
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
}

function sequencesOf(subscriber: Subscriber): readonly number[] {
  return subscriber.messages.filter(({ retained }) => !retained).map(({ payload }) => (JSON.parse(payload) as LabelEvent).sequence);
}

/** Courses of four messages, of one camera each. */
function event(sequence: number, camera: string = CAMERAS[(sequence - 1) % CAMERAS.length] ?? ''): LabelEvent {
  const course = Math.floor((sequence - 1) / (4 * CAMERAS.length)) * CAMERAS.length + ((sequence - 1) % CAMERAS.length);
  const place = Math.floor((sequence - 1) / CAMERAS.length) % 4;
  const id = `0${course.toString().padStart(25, '0')}`;
  const changes = { id, camera, latencyMs: LEDGER };
  if (place === 3) return sequencedEvent(sequence, { ...changes, type: 'end', endedAt: '2026-01-01T00:00:01.000Z', endReason: 'exit' });
  return sequencedEvent(sequence, { ...changes, type: place === 0 ? 'start' : 'update' });
}

/** An event of its own. */
function text(sequence: number, camera: string): string {
  return JSON.stringify(sequencedEvent(sequence, { id: `1${sequence.toString().padStart(25, '0')}`, camera, latencyMs: LEDGER }));
}
