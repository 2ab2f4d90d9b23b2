/** A plugin that was built, with what monitoring tells of it. */
import type { SectionSpec } from '../config/schema.ts';
import type { FollowedFile, Host, PluginStats, PluginView, Running } from '../pipeline/plugin.ts';
import { maskedParams } from './masked.ts';

export interface PluginInstance<P extends Running> extends PluginView {
  readonly plugin: P;
  readonly host: Host;
}

type Told = Running & { stats?(): PluginStats; files?(): FollowedFile[] };

/** Counts that the agent keeps for a plugin, under Fluentd's names. */
export interface Counted {
  emit_records?: number;
  emit_count?: number;
  emit_size?: number;
  retry_count?: number;
}

export function createInstance<P extends Told>(
  category: PluginView['category'],
  plugin: P,
  host: Host,
  schema: SectionSpec,
  { buffered = false, multi = false, counted }: { buffered?: boolean; multi?: boolean; counted?: Counted } = {},
): PluginInstance<P> {
  return {
    plugin,
    host,
    id: host.id,
    hasId: host.hasId,
    type: host.type,
    category,
    buffered,
    multi,
    config: maskedParams(host.element, schema),
    stats: () => ({ ...counted, ...plugin.stats?.() }),
    files: () => plugin.files?.() ?? [],
  };
}
