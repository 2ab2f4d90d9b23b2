/** Documents as the article's configuration makes them, straight into a cluster: for tests of the viewer that need no agent. */

export interface PodLines {
  readonly namespace?: string;
  readonly pod: string;
  readonly container: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Milliseconds of the first line, and between lines. */
  readonly from: number;
  readonly step: number;
  readonly lines: readonly string[];
  /** As a real Fluentd stores them: no order within a timestamp. */
  readonly isUnordered?: boolean;
}

let files = 0;

/** Stores the lines; they can be read when it resolves. */
export async function store(url: string, index: string, pods: readonly PodLines[]): Promise<void> {
  let body: string[] = [];
  const flush = async () => {
    const answer = await fetch(`${url}/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${body.join('\n')}\n`,
    });
    const result = (await answer.json()) as { errors: boolean };
    if (!answer.ok || result.errors) throw new Error(`documents were refused: ${JSON.stringify(result).slice(0, 500)}`);
    body = [];
  };
  for (const { namespace = 'ml', pod, container, labels = {}, from, step, lines, isUnordered } of pods) {
    const file = ++files;
    let offset = 0;
    for (const [i, line] of lines.entries()) {
      const ms = Math.floor(from + i * step);
      const time = `${new Date(ms).toISOString().slice(0, -1)}000000+00:00`;
      const order = isUnordered === true ? {} : { sluice: { nanos: 0, file, offset } };
      const log = `${line}\n`;
      body.push(
        JSON.stringify({ index: { _index: index } }),
        JSON.stringify({
          ...{ log, stream: i % 10 === 9 ? 'stderr' : 'stdout', severity: 'info', message: log, '@timestamp': time },
          kubernetes: { namespace_name: namespace, pod_name: pod, container_name: container, host: 'node-1', labels },
          ...order,
        }),
      );
      offset += log.length + 60;
      if (body.length >= 8000) await flush();
    }
  }
  if (body.length > 0) await flush();
  await fetch(`${url}/${index}/_refresh`, { method: 'POST' });
}

const FLINK = { type: 'flink-native-kubernetes', app: 'feature-clicks' };

const TRACE = [
  'java.util.concurrent.TimeoutException: Heartbeat of TaskManager with id feature-clicks-taskmanager-1-1 timed out.',
  '\tat org.apache.flink.runtime.jobmaster.JobMaster$TaskManagerHeartbeatListener.notifyHeartbeatTimeout(JobMaster.java:1199)',
  '\tat org.apache.flink.runtime.heartbeat.HeartbeatMonitorImpl.run(HeartbeatMonitorImpl.java:111)',
  '\tat java.base/java.util.concurrent.Executors$RunnableAdapter.call(Executors.java:515)',
  'Caused by: java.io.IOException: Connection reset by peer',
  '\tat java.base/sun.nio.ch.FileDispatcherImpl.read0(Native Method)',
  '\t... 8 more',
];

/** A Flink-like job in two attempts; its first TaskManager is dead. */
export function flinkJob(from: number): PodLines[] {
  const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
  const line = (ms: number, level: string, logger: string, text: string) =>
    `${stamp(ms)} ${level.padEnd(5)} ${logger.padEnd(60)} [] - ${text}`;
  const checkpoints = (start: number, count: number, step: number, who: string) =>
    Array.from({ length: count }, (_, i) => {
      const ms = start + i * step;
      if (i % 41 === 40)
        return line(
          ms,
          'WARN',
          'org.apache.flink.runtime.taskmanager.Task',
          `Checkpoint ${i} took longer than expected (${900 + i} ms)`,
        );
      if (i % 13 === 12)
        return line(ms, 'DEBUG', 'org.apache.flink.streaming.api.operators', `watermark ${ms} in ${who}`);
      return line(
        ms,
        'INFO',
        'org.apache.flink.runtime.checkpoint.CheckpointCoordinator',
        `Completed checkpoint ${i} for job 7a1c (${20_000 + i * 37} bytes, ${i % 90} ms)`,
      );
    });
  const jobManager = [
    ...checkpoints(from, 300, 200, 'jobmanager'),
    line(
      from + 60_000,
      'ERROR',
      'org.apache.flink.runtime.jobmaster.JobMaster',
      'Task clicks → windows (1/2) switched from RUNNING to FAILED.',
    ),
    ...TRACE,
    ...checkpoints(from + 63_000, 200, 200, 'jobmanager'),
  ];
  const driver = [
    '\x1b[36mINFO\x1b[0m  submitting \x1b[1mfeature-clicks\x1b[0m to the cluster',
    ...checkpoints(from, 60, 1500, 'driver'),
    'Traceback (most recent call last):',
    '  File "/opt/feature/clicks.py", line 88, in <module>',
    '    env.execute("clicks")',
    'ValueError: window of 0 seconds',
  ];
  const label = (component: string) => ({ ...FLINK, component });
  return [
    { pod: 'feature-clicks-driver', container: 'driver', from, step: 1400, lines: driver },
    {
      pod: 'feature-clicks-6d4cf56db6-x7k2p',
      container: 'flink-main-container',
      labels: label('jobmanager'),
      from,
      step: 210,
      lines: jobManager,
    },
    {
      pod: 'feature-clicks-taskmanager-1-1',
      container: 'flink-main-container',
      labels: label('taskmanager'),
      from: from + 500,
      step: 190,
      lines: checkpoints(from + 500, 310, 190, 'tm 1-1'),
    },
    {
      pod: 'feature-clicks-taskmanager-2-1',
      container: 'flink-main-container',
      labels: label('taskmanager'),
      from: from + 64_000,
      step: 190,
      lines: checkpoints(from + 64_000, 230, 190, 'tm 2-1'),
    },
  ];
}

export const HOSTILE_LINES = [
  '<script>document.title = "owned"</script><img src=x onerror="document.title=\'owned\'">',
  '\x1b[31mred\x1b[0m and \x1b]0;title\x07 and \x1b[2J\x1b[H cleared',
  'invoice\u202egnp.exe and \u2066isolated',
  `one megabyte ${'x'.repeat(1_048_576)}`,
  '{"log":"forged","kubernetes":{"namespace_name":"other"}}',
  '',
  'after the hostile ones',
];
