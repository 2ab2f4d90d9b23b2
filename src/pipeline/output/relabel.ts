/** `@type relabel`: sends events to the label named by `@label`, tags unchanged. */
import { PluginConfigError } from '../core/errors.ts';
import { defineOutput } from '../plugin.ts';

export const plugin = defineOutput({
  kind: 'output',
  type: 'relabel',
  buffering: 'none',
  doc: 'Sends events to another label, with the same tag.',
  schema: { doc: 'Relabel output. The label is given by the common parameter @label.', params: {} },
  create(_config, host) {
    const label = host.element.params.get('@label')?.value;
    if (label === undefined || label === '') throw new PluginConfigError("'@label' parameter is required");
    return { emit: (stream) => host.emitToLabel(label, stream) };
  },
});
