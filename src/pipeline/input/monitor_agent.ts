/**
 * `@type monitor_agent`: what the agent's plugins do, as JSON and LTSV over HTTP (`/api/plugins.json`, `/api/config.json` …) and, with `tag`, as
 * events.
 *
 * Guarantees: GET only; parameters that are secrets are masked whoever asks; what `debug` and `with_ivars` show in Fluentd (the
 * insides of objects) has no equivalent, so `instance_variables` is empty.
 */
import { EventStream, LogEvent } from '../core/event.ts';
import type { Timer } from '../core/ports.ts';
import { compileStrftime } from '../core/strftime.ts';
import { type Hash, stringifyJson, type Value } from '../core/value.ts';
import { localZone } from '../core/zone.ts';
import type { Listener } from '../io/listen.ts';
import { listenPages, type Page } from '../io/pages.ts';
import { checkTransport, serverTls, TRANSPORT } from '../io/transport.ts';
import { type AgentView, defineInput, type PluginView } from '../plugin.ts';

interface Shown {
  readonly config: boolean;
  readonly retry: boolean;
}

export const plugin = defineInput({
  kind: 'input',
  type: 'monitor_agent',
  doc: 'Tells over HTTP what the agent’s plugins do.',
  schema: {
    doc: 'Monitor agent input.',
    params: {
      bind: { type: 'string', default: '0.0.0.0', doc: 'Address to listen on.' },
      port: { type: 'integer', default: '24220', doc: 'Port; worker N listens on port + N.' },
      tag: { type: 'string', doc: 'Also emit the plugins’ states as events of this tag.' },
      emit_interval: { type: 'time', default: '60', doc: 'Seconds between such events.' },
      include_config: { type: 'bool', default: 'true', doc: 'Show parameters.' },
      include_retry: { type: 'bool', default: 'true', doc: 'Show the retry state.' },
    },
    sections: { transport: TRANSPORT },
  },
  create(config, host) {
    const transport = config.$sections.transport[0];
    checkTransport(transport);
    const shown = { config: config.include_config, retry: config.include_retry };
    let listener: Listener | undefined;
    let timer: Timer | undefined;
    const emit = () => {
      const nanos = host.ports.clock.nowNanos();
      const [sec, nsec] = [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
      const events = ordered(host.agent).map((view) =>
        LogEvent.from(sec, nsec, describe(view, { config: false, retry: false })),
      );
      Promise.resolve(host.emit(new EventStream(config.tag!, events))).catch((error: unknown) =>
        host.log.warn('states of plugins could not be emitted', { error }),
      );
    };
    return {
      async start() {
        const at = { bind: config.bind, port: config.port + host.workerId };
        const onError = (path: string, error: unknown) =>
          host.log.warn('a request could not be answered', { path, error });
        listener = await listenPages(at, pagesOf(host.agent, shown), {
          tls: serverTls(transport, host.ports.fs),
          onError,
        });
        host.log.debug('listening monitoring http server', at);
        if (config.tag !== undefined) timer = host.ports.clock.every(Math.max(1, config.emit_interval * 1000), emit);
      },
      async stop() {
        timer?.cancel();
        await listener?.close();
      },
    };
  },
});

function pagesOf(agent: AgentView, shown: Shown) {
  return {
    '/api/plugins': (query: URLSearchParams) => ltsv(select(agent, query, shown)),
    '/api/plugins.json': (query: URLSearchParams) => json({ plugins: select(agent, query, shown) }, query),
    '/api/config': () => ltsv([process(agent)]),
    '/api/config.json': (query: URLSearchParams) => json(process(agent), query),
  };
}

function select(agent: AgentView, query: URLSearchParams, shown: Shown): Hash[] {
  const options = {
    config: switchOf(query.get('with_config'), shown.config),
    retry: switchOf(query.get('with_retry'), shown.retry),
  };
  const all = ordered(agent);
  const tag = query.get('tag');
  const id = query.get('@id') ?? query.get('id');
  const type = query.get('@type') ?? query.get('type');
  let found: readonly PluginView[] = all;
  if (tag !== null) found = [agent.matching(tag)].filter((view) => view !== undefined);
  else if (id !== null) found = all.filter((view) => view.id === id).slice(0, 1);
  else if (type !== null) found = all.filter((view) => view.type === type);
  const inside = query.get('debug') !== null || query.get('with_ivars') !== null;
  return found.map((view) => ({ ...describe(view, options), ...(inside ? { instance_variables: {} } : {}) }));
}

const ORDER = ['input', 'output', 'filter'];

function ordered(agent: AgentView): PluginView[] {
  return agent.plugins().toSorted((a, b) => ORDER.indexOf(a.category) - ORDER.indexOf(b.category));
}

function describe(view: PluginView, { config, retry }: Shown): Hash {
  const { retry: state, buffer_timekeys: timekeys, ...stats } = view.stats();
  // In Fluentd copy and the like are outputs by category only.
  const output = view.category === 'output' && !view.multi;
  return {
    plugin_id: view.id,
    plugin_category: view.category,
    type: view.type,
    ...(config ? { config: view.config } : {}),
    output_plugin: output,
    ...(timekeys === undefined ? {} : { buffer_timekeys: timekeys as Value }),
    retry_count: null,
    ...(stats as Hash),
    ...(output && retry ? { retry: retryState((state ?? {}) as Hash) } : {}),
  };
}

const timeText = compileStrftime('%Y-%m-%d %H:%M:%S %z', localZone);

/** Times as Ruby writes them. */
function retryState(state: Hash): Hash {
  const entries = Object.entries(state).map(([name, value]): [string, Value] => [
    name,
    typeof value === 'number' && name !== 'steps' ? timeText(Math.floor(value), 0) : value,
  ]);
  return Object.fromEntries(entries);
}

function process(agent: AgentView): Hash {
  const { configPath, logPath, pid, ppid, rootDir, version } = agent.process();
  return {
    pid,
    ppid,
    version,
    config_path: configPath,
    pid_file: null,
    // Ruby plugins cannot be loaded; readers expect the key.
    plugin_dirs: ['/etc/fluent/plugin'],
    log_path: logPath,
    root_dir: rootDir,
  };
}

function switchOf(text: string | null, fallback: boolean): boolean {
  return text === null ? fallback : text === 'true' || text === 'yes' || text === '';
}

function json(value: Hash, query: URLSearchParams): Page {
  const body = query.get('debug') === null ? stringifyJson(value) : JSON.stringify(value, null, 2);
  return { type: 'application/json', body };
}

/** Hashes are left out, arrays are joined by commas. */
function ltsv(rows: readonly Hash[]): Page {
  const cell = (value: Value) => (Array.isArray(value) ? value.join(',') : value === null ? '' : String(value));
  const lines = rows.map((row) =>
    Object.entries(row)
      .filter(([, value]) => value === null || typeof value !== 'object' || Array.isArray(value))
      .map(([name, value]) => `${name}:${cell(value)}`)
      .join('\t'),
  );
  return { type: 'text/plain', body: lines.map((line) => `${line}\n`).join('') };
}
