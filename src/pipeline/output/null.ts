/** `@type null`: takes everything and forgets it; with `never_flush` it fails instead, for trying out buffers, retries and secondaries. */
import { SluiceError } from '../core/errors.ts';
import { defineBufferedOutput } from '../plugin.ts';

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'null',
  buffering: 'with-section',
  takesBytes: true,
  bufferDefaults: { $arg: 'tag', flush_at_shutdown: 'true', chunk_limit_size: '10240' },
  doc: 'Drops every event. Put it where events are matched on purpose to go nowhere.',
  schema: {
    doc: 'Null output.',
    params: {
      never_flush: { type: 'bool', default: 'false', doc: 'Fail every time, for tests.' },
    },
  },
  create({ never_flush: fails }, host) {
    const failed = () => new SluiceError('ERR_NEVER_FLUSH', 'failed to flush');
    return {
      emit(stream) {
        if (fails) for (const event of stream.events) host.emitError(stream.tag, event, failed());
      },
      renderer: () => (event) => `${event.toJson()}\n`,
      async write() {
        if (fails) throw failed();
      },
    };
  },
});
