/** The proxy that the environment names for a URL, as Ruby's HTTP client finds it: never for this machine itself, nor for what `no_proxy` lists. */

export function proxyOf(url: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const name = `${url.protocol.slice(0, -1)}_proxy`;
  const proxy = env[name] ?? env[name.toUpperCase()];
  if (proxy === undefined || proxy === '' || !URL.canParse(proxy)) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)) return undefined;
  const exceptions = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[\s,]+/).filter((text) => text !== '');
  const excepted = exceptions.some((text) => {
    const [domain = '', port] = text.split(':');
    const bare = domain.replace(/^\*?\./, '');
    return (
      (domain === '*' || host === bare || host.endsWith(`.${bare}`)) && (port === undefined || port === portOf(url))
    );
  });
  return excepted ? undefined : new URL(proxy);
}

function portOf({ port, protocol }: URL): string {
  return port !== '' ? port : protocol === 'https:' ? '443' : '80';
}
