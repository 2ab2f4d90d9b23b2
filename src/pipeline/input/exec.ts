/**
 * `@type exec`: runs a command once, or every `run_interval` seconds, and makes events of what it prints.
 *
 * A command that still runs when its time comes again is not started a second time. JSON may stand over several lines, MessagePack has none;
 * other formats are read line by line.
 */
import { compileExtract, EXTRACT } from '../codec/extract.ts';
import { DelimiterFramer } from '../codec/framing.ts';
import { JsonFramer } from '../codec/json-framing.ts';
import { MsgpackFramer } from '../codec/msgpack-framing.ts';
import { validBytes } from '../codec/text.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { Timer } from '../core/ports.ts';
import { RunningCommand } from '../io/command.ts';
import { defineInput } from '../plugin.ts';
import { Delivery } from './delivery.ts';
import { type ParsedOptions, parseMessages } from './parsed.ts';

/** A name that no field has: the time of a line comes from <extract> alone. */
const NO_TIME_KEY = '\0';
/** Bytes of a MessagePack value. */
const LONGEST_VALUE = 64 * 1024 * 1024;

export const plugin = defineInput({
  kind: 'input',
  type: 'exec',
  doc: 'Runs a command and reads what it prints.',
  schema: {
    doc: 'Exec input.',
    params: {
      command: { type: 'string', required: true, doc: 'Command line, run by the shell.' },
      tag: { type: 'string', doc: 'Tag of the events; or <extract> tag_key.' },
      tag_key: { type: 'string', deprecated: 'use <extract>', doc: 'Old spelling of <extract> tag_key.' },
      run_interval: { type: 'time', doc: 'Seconds between runs; without it the command runs once.' },
      connect_mode: {
        type: 'enum',
        values: ['read', 'read_with_stderr'],
        default: 'read',
        doc: 'Whether the error output is read too.',
      },
      read_block_size: { type: 'size', default: '10240', doc: 'No effect.', fluentd: 'ignored' },
    },
    sections: {
      parse: { doc: 'Parser of the lines; default `tsv`.', params: {}, anyParam: true, plugin: 'parser' },
      extract: EXTRACT,
    },
  },
  create(config, host) {
    const extract = compileExtract(config.$sections.extract[0], config.tag_key);
    if (config.tag === undefined && !extract.hasTag)
      throw new PluginConfigError("'tag' or 'tag_key' option is required on exec input");
    const parse = config.$element.child('parse') ?? config.$element.bare('parse');
    const timed = parse.text('time_key') === undefined ? parse.withParam('time_key', NO_TIME_KEY) : parse;
    const floats = timed.text('time_type') ?? (timed.text('time_format') === undefined ? 'float' : 'string');
    const type = parse.text('@type') ?? 'tsv';
    const options: ParsedOptions = {
      host,
      parser: host.parser(timed.withParam('time_type', floats), 'tsv'),
      extract,
      tag: config.tag,
      addressKey: undefined,
      nameKey: undefined,
    };
    const delivery = new Delivery(host);
    let running: RunningCommand | undefined;
    let timer: Timer | undefined;

    const take = async (messages: readonly string[]) => {
      for (const stream of parseMessages(options, messages, undefined)) await delivery.emit(stream);
    };
    const run = async () => {
      if (running !== undefined) return;
      const messages = messagesOf(type);
      running = new RunningCommand(config.command, {
        withStderr: config.connect_mode === 'read_with_stderr',
        onOutput: (block) => {
          host.received(block.length);
          return take(messages.push(block));
        },
      });
      try {
        const { code, signal } = await running.done;
        await take(messages.end());
        if (code !== 0) host.log.warn('the command failed', { code, signal });
      } finally {
        running = undefined;
      }
    };
    const tryRun = () =>
      void run().catch((error: unknown) => host.log.error('the output of the command could not be taken', { error }));
    return {
      start() {
        if (config.run_interval === undefined) tryRun();
        else timer = host.ports.clock.every(Math.max(1, config.run_interval * 1000), tryRun);
      },
      async stop() {
        timer?.cancel();
        delivery.stop();
        await running?.stop();
      },
    };
  },
});

/** Cuts what a command prints into what a parser takes. */
function messagesOf(type: string): { push(block: Buffer): string[]; end(): string[] } {
  if (type === 'msgpack') {
    const framer = new MsgpackFramer(LONGEST_VALUE);
    return { push: (block) => framer.push(block).map((value) => value.toString('latin1')), end: () => [] };
  }
  if (type === 'json') {
    const framer = new JsonFramer();
    return { push: (block) => framer.push(block.toString('latin1')).map(validBytes), end: () => [] };
  }
  const framer = new DelimiterFramer('\n');
  const line = (text: string) => validBytes(text.replace(/\r$/, ''));
  // A last line may lack its end.
  return { push: (block) => framer.push(block.toString('latin1')).map(line), end: () => framer.end().map(line) };
}
