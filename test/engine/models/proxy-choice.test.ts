import { expect, it } from 'vitest';
import { proxyFor } from '../../../src/engine/models/proxy-choice.ts';

const HTTPS = new URL('https://models.example.org/m.onnx');

it.each([
  ['nothing is said', {}, null],
  ['a proxy for https', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128'],
  ['lower case goes first', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }, 'http://q:2'],
  ['a proxy for http only', { HTTP_PROXY: 'http://p:1' }, null],
  ['a proxy for all', { ALL_PROXY: 'http://p:1' }, 'http://p:1'],
  ['an empty one', { HTTPS_PROXY: '' }, null],
  ['a proxy without a scheme', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128'],
  ['the host is excepted', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'other.org, models.example.org' }, null],
  ['its domain is excepted, with a dot', { HTTPS_PROXY: 'http://p:1', no_proxy: '.example.org' }, null],
  ['its domain is excepted, without one', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.org' }, null],
  ['a domain that only ends alike', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'ample.org' }, 'http://p:1'],
  ['its port is excepted', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.org:443' }, null],
  ['another port is excepted', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.org:8443' }, 'http://p:1'],
  ['everything is excepted', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, null],
])('%s', (_, env, proxy) => {
  expect(proxyFor(HTTPS, env)).toBe(proxy);
});

it('asks HTTP_PROXY for http', () => {
  expect(proxyFor(new URL('http://h/x'), { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:1' })).toBe('http://p:1');
  expect(proxyFor(new URL('http://127.0.0.1:8080/x'), { HTTP_PROXY: 'http://p:1', NO_PROXY: '127.0.0.1:8080' })).toBeNull();
});
