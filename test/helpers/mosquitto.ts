import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

export interface MosquittoOptions {
  /** Keeps messages and sessions over `restart`. */
  readonly persistence?: boolean;
  /** Messages that it keeps for a subscriber that is away or slow; 1,000 when left out, as is its default. */
  readonly queued?: number;
  /** Whoever else comes is refused. */
  readonly users?: Readonly<Record<string, string>>;
  /** Lines of an ACL file. */
  readonly acl?: readonly string[];
  /** Speaks TLS only, with a certificate of its own making for 127.0.0.1. */
  readonly tls?: boolean;
}

export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** With `tls`: the file of the certificate to trust. */
  readonly ca: string;
  /** Everything it logged. */
  log(): string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM: it writes its database first. */
  stop(): Promise<void>;
  /** Again on the same port. */
  start(): Promise<void>;
  /** Lets these in, too, from now on. Needs `users`. */
  allow(users: Readonly<Record<string, string>>): void;
  /** SIGSTOP and SIGCONT: connections stay open, nobody answers. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

/** Debian puts the broker where an ordinary user's PATH does not look. */
const WITH_SBIN = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` };

/** A real broker on a free port of 127.0.0.1. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const directory = mkdtempSync(join(tmpdir(), 'framewatch-mosquitto-'));
  const port = await freePort();
  const config = join(directory, 'mosquitto.conf');
  writeFileSync(config, configOf(directory, port, options));
  let child: ChildProcess | null = null;
  let log = '';

  const start = async () => {
    const started = spawn('mosquitto', ['-c', config], { env: WITH_SBIN, stdio: ['ignore', 'pipe', 'pipe'] });
    const collect = (bytes: Buffer) => {
      log += bytes.toString();
    };
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    child = started;
    await waitFor('mosquitto listens', async () => {
      if (started.exitCode !== null) throw new Error(`mosquitto ended with ${started.exitCode}:\n${log}`);
      return accepts(port);
    });
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = null;
    if (ending === null) return;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    await exited;
  };

  await start();
  return {
    url: `${options.tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`,
    port,
    ca: join(directory, 'cert.pem'),
    log: () => log,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
    allow: (users) => {
      addPasswords(directory, users);
      child?.kill('SIGHUP');
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    close: async () => {
      await end('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configOf(directory: string, port: number, { persistence = false, queued, users, acl, tls = false }: MosquittoOptions): string {
  const lines = [
    `listener ${port} 127.0.0.1`,
    `persistence ${persistence}`,
    `persistence_location ${directory}/`,
    'autosave_interval 1',
    'log_type all',
  ];
  if (queued !== undefined) lines.push(`max_queued_messages ${queued}`);
  // Started as root it would become a user that cannot read this directory.
  if (process.getuid?.() === 0) lines.push('user root');
  if (users) {
    writeFileSync(join(directory, 'passwords'), '');
    lines.push('allow_anonymous false', `password_file ${addPasswords(directory, users)}`);
  } else lines.push('allow_anonymous true');
  if (acl) {
    const file = join(directory, 'acl');
    writeFileSync(file, `${acl.join('\n')}\n`);
    lines.push(`acl_file ${file}`);
  }
  if (tls) {
    const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const names = ['-subj', '/CN=framewatch-test', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const argv = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      certificate,
    ];
    execFileSync('openssl', [...argv, ...names], { stdio: 'ignore' });
    lines.push(`certfile ${certificate}`, `keyfile ${key}`);
  }
  return `${lines.join('\n')}\n`;
}

function addPasswords(directory: string, users: Readonly<Record<string, string>>): string {
  const file = join(directory, 'passwords');
  for (const [name, password] of Object.entries(users)) execFileSync('mosquitto_passwd', ['-b', file, name, password], { stdio: 'ignore' });
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
