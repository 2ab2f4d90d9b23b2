/** Metrics of the agent itself, over the real exposition. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../inputs/ports.ts';
import { type Agent, startAgent } from './agent.ts';

const wait = { timeout: 60_000 };
let agent: Agent | undefined;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-metrics-'));

afterEach(async () => {
  agent?.signal('SIGTERM');
  await agent?.ended;
  fs.rmSync(folder, { recursive: true });
});

const value = (text: string, sample: RegExp) =>
  Number(new RegExp(`^${sample.source}\\S* (\\S+)$`, 'm').exec(text)?.[1]);

it('tells what waits in the log files while the buffer is full, and what flushes cost', async () => {
  const port = await freePort();
  const log = path.join(folder, 'in.log');
  fs.writeFileSync(log, 'x\n'.repeat(1000));
  agent = startAgent(
    folder,
    `<source>
  @type prometheus
  bind 127.0.0.1
  port ${port}
</source>
<source>
  @type prometheus_tail_monitor
</source>
<source>
  @type tail
  @id in
  path ${log}
  pos_file ${folder}/pos
  tag t
  read_from_head true
  <parse>
    @type none
  </parse>
</source>
<match t>
  @type http
  @id out
  endpoint http://127.0.0.1:1/
  <buffer>
    @type memory
    flush_mode immediate
    total_limit_size 1
    overflow_action block
    retry_wait 0.1
    retry_max_interval 0.1
  </buffer>
</match>`,
  );
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await expect.poll(async () => value(await scrape(), /sluice_tail_lines_total\{plugin_id="in"/), wait).toBe(1000);
  fs.appendFileSync(log, 'more\n'.repeat(100));
  await expect.poll(async () => value(await scrape(), /sluice_tail_unread_bytes\{plugin_id="in"/), wait).toBe(500);
  await expect
    .poll(async () => value(await scrape(), /sluice_tail_oldest_unread_seconds\{plugin_id="in"/), wait)
    .toBeGreaterThan(1);
  const text = await scrape();
  expect(value(text, /sluice_flush_failures_total\{plugin_id="out"/)).toBeGreaterThan(0);
  expect(value(text, /sluice_flush_seconds_count\{plugin_id="out"/)).toBeGreaterThan(0);
  expect(value(text, /sluice_process_resident_memory_bytes/)).toBeGreaterThan(1e6);
  expect(value(text, /sluice_event_loop_delay_seconds\{quantile="0.5"/)).toBeGreaterThanOrEqual(0);
  expect(text).toContain(`fluentd_tail_file_position{plugin_id="in",type="tail",path="${log}"} 2000.0`);
});
