type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy through which an address is to be reached, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say (lower case goes first, as in curl); null: directly.
 * `NO_PROXY` is a list of hosts, with their subdomains and perhaps a port, or `*`.
 */
export function proxyFor(url: URL, env: Environment): string | null {
  const named = (name: string) => env[name.toLowerCase()] || env[name] || null;
  const proxy = url.protocol === 'https:' ? (named('HTTPS_PROXY') ?? named('ALL_PROXY')) : (named('HTTP_PROXY') ?? named('ALL_PROXY'));
  if (proxy === null || isExcepted(url, named('NO_PROXY') ?? '')) return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isExcepted(url: URL, exceptions: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', only] = /^(?:\*?\.)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
      return name !== '' && (only === undefined || only === port) && (host === name || host.endsWith(`.${name}`));
    });
}
