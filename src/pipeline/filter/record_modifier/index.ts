/**
 * `@type record_modifier`: sets fields by Ruby expressions, one after the other (a later one sees what the earlier ones set), removes or keeps
 * fields, replaces text in them. An expression that fails sends the event to the error stream, and on where `failedPass` (plugin.ts) says so.
 */
import { Accessor } from '../../core/accessor.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { EventStream, LogEvent } from '../../core/event.ts';
import { Shape } from '../../core/shape.ts';
import type { Slot } from '../../core/slot.ts';
import { defineFilter, type FilterHost } from '../../plugin.ts';
import { compileRecoding } from './encoding.ts';
import { compileFields, preparedValues } from './fields.ts';
import { compileReplacements } from './replace.ts';

type Step = (event: LogEvent) => void;

export const plugin = defineFilter({
  kind: 'filter',
  type: 'record_modifier',
  doc: 'Sets, removes, keeps and replaces fields of records.',
  schema: {
    doc: 'Record modifier filter.',
    params: {
      prepare_value: {
        type: 'string',
        doc: 'Ruby that runs once: `@name = expression`, separated by `;`; the names can be used in <record>.',
        fluentd: 'any Ruby',
      },
      char_encoding: {
        type: 'string',
        doc: '`from:utf-8`: strings are bytes of this encoding.',
        fluentd: 'any target',
      },
      remove_keys: { type: 'array', doc: 'Fields to remove: keys or record accessors.' },
      whitelist_keys: { type: 'string', doc: 'The only fields that stay, besides those of <record>.' },
    },
    sections: {
      record: { doc: 'New fields, one a line, with Ruby in `${…}`.', params: {}, multi: true, anyParam: true },
      replace: {
        doc: 'Replaces text in a field.',
        params: {
          key: { type: 'string', required: true, doc: 'The field.' },
          expression: { type: 'string', required: true, doc: 'Regexp, as `/…/`.' },
          replace: { type: 'string', required: true, doc: 'What stands in its place; `\\1` is a group.' },
        },
        multi: true,
      },
    },
  },
  create(config, host) {
    const { remove_keys: remove, whitelist_keys: whitelist } = config;
    if (remove !== undefined && whitelist !== undefined)
      throw new PluginConfigError('remove_keys and whitelist_keys are exclusive with each other.');
    const sections = host.element.children.filter((child) => child.name === 'record');
    const fields = compileFields(sections, preparedValues(config.prepare_value));
    const newKeys = sections.flatMap((section) => [...section.params.keys()]);
    const removals = (remove ?? []).map((text) => new Accessor(text));
    const keep = whitelist === undefined ? undefined : [...new Set([...commaList(whitelist), ...newKeys])];
    const replace = compileReplacements(config.$sections.replace);
    const recode = compileRecoding(config.char_encoding);
    return {
      plan(tag, failedPass = false) {
        const set = fields(tag);
        return stepOver(host, tag, failedPass, (event) => {
          set(event);
          for (const accessor of removals) accessor.delete(event);
          if (keep !== undefined) keepOnly(event, keep);
          replace(event);
          recode?.(event);
        });
      },
    };
  },
});

function stepOver(host: FilterHost, tag: string, failedPass: boolean, step: Step) {
  return (stream: EventStream) => {
    const { events } = stream;
    let kept = 0;
    for (const event of events) {
      try {
        step(event);
        events[kept++] = event;
      } catch (error) {
        host.emitError(tag, failedPass ? event.clone() : event, error);
        if (failedPass) events[kept++] = event;
      }
    }
    events.length = kept;
    return stream;
  };
}

function commaList(text: string): string[] {
  return text.split(',').map((key) => key.trim());
}

/** Fields in the order of the list. */
function keepOnly(event: LogEvent, keys: readonly string[]): void {
  const present = keys.filter((key) => event.has(key));
  const slots = present.map((key): Slot => event.slot(key)!);
  event.shape = Shape.of(present);
  event.slots = slots;
}
