/** `@type geoip` is known and not supported: the configuration is refused with the reason, not as an unknown plugin. */
import { PluginConfigError } from '../core/errors.ts';
import { defineFilter } from '../plugin.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'geoip',
  doc: 'Not supported: geographic places of addresses.',
  schema: { doc: 'Not supported.', params: {}, anyParam: true },
  create() {
    throw new PluginConfigError(
      "filter plugin 'geoip' is not supported: it needs a GeoIP database and its library; use Elasticsearch's geoip ingest processor",
    );
  },
});
