import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { messageOf } from '../util/errors.ts';
import type { Redactor } from '../util/redactor.ts';
import type { BatchingConfig, HttpConfig, MqttConfig } from './config.ts';
import { readLogin } from './password.ts';
import type { Findings, Place } from './problem.ts';
import type { HttpFile, MqttFile } from './schema.ts';
import type { Section } from './section.ts';
import { type Credentials, splitCredentials } from './source-url.ts';

/** Where only one of the two is given, size limit and ladder follow each other. */
export function readBatching(section: Section<BatchingConfig>, findings: Findings): BatchingConfig {
  const { settings } = section;
  const { maxBatchSize, allowedBatchSizes } = settings;
  if (!section.node('allowedBatchSizes')) {
    return { ...settings, allowedBatchSizes: [...allowedBatchSizes.filter((size) => size < maxBatchSize), maxBatchSize] };
  }
  const largest = allowedBatchSizes.at(-1) ?? maxBatchSize;
  if (!section.node('maxBatchSize')) return { ...settings, maxBatchSize: largest };
  if (largest > maxBatchSize && section.sound('allowedBatchSizes') && section.sound('maxBatchSize')) {
    findings.error(section.place('allowedBatchSizes'), `${largest} is above maxBatchSize`, `none above ${maxBatchSize}`);
  }
  return settings;
}

export function readMqtt(section: Section<MqttFile>, folder: string, redactor: Redactor, findings: Findings): MqttConfig {
  const { passwordFile: _, ...settings } = section.settings;
  const isUrl = settings.url !== 'embedded' && section.sound('url');
  const address: { url: string; credentials: Credentials } = isUrl
    ? splitCredentials(settings.url, folder)
    : { url: settings.url, credentials: { username: null, password: null } };
  checkPair(section, 'cert', 'key', findings);
  return {
    ...settings,
    url: address.url,
    ...readLogin(section, address.credentials, folder, redactor, findings),
    ca: absolute(folder, settings.ca),
    cert: absolute(folder, settings.cert),
    key: absolute(folder, settings.key),
  };
}

export function readHttp(section: Section<HttpFile>, folder: string, stateDir: string, findings: Findings): HttpConfig {
  const { settings } = section;
  const { auth, tls, host } = settings;
  if (settings.enabled && auth.mode === 'none' && section.sound('host') && section.sound('auth.mode') && !isLoopback(host)) {
    const right = 'auth.mode: token, or a host of 127.0.0.1';
    findings.error(section.place('auth.mode'), `without authentication everybody who reaches ${host} sees the cameras`, right, 'HTTP_INSECURE');
  }
  checkPair(section, 'tls.cert', 'tls.key', findings);
  return {
    ...settings,
    auth: { mode: auth.mode, tokenFile: absolute(folder, auth.tokenFile) ?? join(stateDir, 'http-token') },
    tls: { cert: absolute(folder, tls.cert), key: absolute(folder, tls.key) },
  };
}

/** Files that only the start would miss are missed here, with their places. Looks at the disk. */
export function checkFiles(mqtt: Section<MqttFile>, http: Section<HttpFile>, folder: string, findings: Findings): void {
  const { ca, cert, key } = mqtt.settings;
  const named: [Place, string | null][] = [
    [mqtt.place('ca'), ca],
    [mqtt.place('cert'), cert],
    [mqtt.place('key'), key],
    [http.place('tls.cert'), http.settings.tls.cert],
    [http.place('tls.key'), http.settings.tls.key],
  ];
  for (const [place, file] of named) {
    if (file === null) continue;
    try {
      accessSync(resolve(folder, file), constants.R_OK);
    } catch (error) {
      findings.error(place, `cannot be read: ${messageOf(error)}`, 'a readable file', 'SECRET_UNREADABLE');
    }
  }
}

/** By the address alone: no name is looked up. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host.toLowerCase() === 'localhost';
}

function checkPair<T>(section: Section<T>, cert: string, key: string, findings: Findings): void {
  const given = [cert, key].filter((name) => isGiven(section, name));
  const [only] = given;
  if (given.length === 1 && only !== undefined) {
    findings.error(section.place(only), `is given without ${only === cert ? key : cert}`, 'both or neither');
  }
}

function isGiven<T>(section: Section<T>, name: string): boolean {
  const node = section.node(name);
  return node !== undefined && !(node.kind === 'scalar' && node.value === null);
}

function absolute(folder: string, path: string | null): string | null {
  return path === null ? null : resolve(folder, path);
}
