/** A plugin that was built, with what monitoring tells of it. */
import type { SectionSpec } from '../config/schema.ts';
import type { FollowedFile, Host, PluginStats, PluginView, Running } from '../pipeline/plugin.ts';

export interface PluginInstance<P extends Running> extends PluginView {
  readonly plugin: P;
  readonly host: Host;
}

type Told = Running & { stats?(): PluginStats; files?(): FollowedFile[] };

export function createInstance<P extends Told>(
  category: PluginView['category'],
  plugin: P,
  host: Host,
  schema: SectionSpec,
  buffered = false,
): PluginInstance<P> {
  return {
    plugin,
    host,
    id: host.id,
    hasId: host.hasId,
    type: host.type,
    category,
    buffered,
    config: maskedParams(host, schema),
    stats: () => plugin.stats?.() ?? {},
    files: () => plugin.files?.() ?? [],
  };
}

function maskedParams(host: Host, schema: SectionSpec): Record<string, string> {
  return Object.fromEntries(
    [...host.element.params].map(([name, param]) => [name, schema.params[name]?.secret ? 'xxxxxx' : param.value]),
  );
}
