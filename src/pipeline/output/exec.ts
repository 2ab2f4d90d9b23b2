/**
 * `@type exec` output: runs a command for each chunk, with the path of a file that holds the chunk as its last argument.
 *
 * The chunk is done when the command ends with status 0, else it is tried again. The file is the chunk's entries as the formatter made them, in
 * the system's folder for temporary files, readable by this user alone, and removed afterwards.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compileInject, INJECT } from '../codec/inject.ts';
import { SluiceError } from '../core/errors.ts';
import { RunningCommand } from '../io/command.ts';
import { defineBufferedOutput } from '../plugin.ts';

/** The end of what a failing command printed, for the log. */
const SHOWN = 1000;

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'exec',
  buffering: 'always',
  takesBytes: true,
  bufferDefaults: { delayed_commit_timeout: '300' },
  doc: 'Runs a command for each chunk.',
  schema: {
    doc: 'Exec output.',
    params: {
      command: { type: 'string', required: true, doc: 'Command line, run by the shell; the file’s path is added.' },
      command_timeout: { type: 'time', default: '270', doc: 'Seconds that the command may run.' },
    },
    sections: {
      format: { doc: 'Formatter; default `tsv`.', params: {}, anyParam: true, plugin: 'formatter' },
      inject: INJECT,
    },
  },
  create(config, host) {
    const format = config.$element.child('format');
    const formatter = host.formatter(format, 'tsv');
    const lines = (format?.text('@type') ?? 'tsv') !== 'msgpack';
    const section = config.$sections.inject[0];
    const inject = compileInject(
      section && {
        ...section,
        // As Fluentd's exec has it: text in UTC unless asked otherwise.
        time_type: section.$element.params.has('time_type') ? section.time_type : 'string',
        localtime: section.$element.params.has('localtime') ? section.localtime : false,
      },
      host.workerId,
    );
    const running = new Set<RunningCommand>();
    return {
      renderer(tag) {
        const add = inject?.(tag);
        return (event) => {
          const text = formatter.format(tag, add === undefined ? event : add(event));
          return lines ? `${text.replace(/\r?\n$/, '')}\n` : text;
        };
      },
      async write(chunk) {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-exec-'));
        let noise = '';
        try {
          const file = path.join(folder, 'chunk');
          fs.writeFileSync(file, chunk.read(), { mode: 0o600 });
          const command = new RunningCommand(`${config.command} ${file}`, {
            withStderr: true,
            onOutput: (block) => {
              noise = (noise + block.toString()).slice(-SHOWN);
            },
          });
          running.add(command);
          const timer = host.ports.clock.after(config.command_timeout * 1000, () => void command.stop());
          const { code, signal } = await command.done.finally(() => {
            timer.cancel();
            running.delete(command);
          });
          if (code !== 0) {
            host.log.warn('command exits with error code', { status: code, signal, output: noise });
            throw new SluiceError('ERR_COMMAND', `the command ended with ${signal ?? code}`);
          }
        } finally {
          fs.rmSync(folder, { recursive: true, force: true });
        }
      },
      async stop() {
        await Promise.all([...running].map((command) => command.stop()));
      },
    };
  },
});
