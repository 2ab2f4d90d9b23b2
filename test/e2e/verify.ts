/** Compares what was written with what was indexed: every line once, with the fields that Fluentd writes. */
import { expect } from 'vitest';
import type { LogFormat } from './containers.ts';
import type { PipelineResult, Shipped } from './pipeline.ts';

export function verifyPipeline({ shipped, strange, log }: PipelineResult, format: LogFormat): void {
  expect(strange).toEqual([]);
  for (const group of shipped) {
    const field = format === 'docker' ? 'log' : 'message';
    const found = group.documents.map(({ source }) => String(source[field]).replace(/\n$/, ''));
    expect(differences(group.written, found)).toEqual({ lost: [], doubled: [] });
    for (const document of group.documents) verifyDocument(document, group, format);
  }
  expect(log).not.toMatch(/\[(error|fatal)\]/);
}

/** Lines that are missing, and lines that are there more often than they were written. */
function differences(written: readonly string[], found: readonly string[]): { lost: string[]; doubled: string[] } {
  const counts = new Map<string, number>();
  for (const line of written) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of found) counts.set(line, (counts.get(line) ?? 0) - 1);
  const entries = [...counts];
  return {
    lost: entries
      .filter(([, n]) => n > 0)
      .map(([line]) => line)
      .slice(0, 5),
    doubled: entries
      .filter(([, n]) => n < 0)
      .map(([line]) => line)
      .slice(0, 5),
  };
}

function verifyDocument(document: Shipped['documents'][number], { container }: Shipped, format: LogFormat): void {
  const { index, source } = document;
  const { '@timestamp': time, log, message, tag, ...rest } = source;
  expect(String(time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00$/);
  const day = String(time).slice(0, 10).replaceAll('-', '.');
  // The cri parser leaves its time in the record, the json parser does not.
  const cri = format === 'cri' ? { logtag: 'F', time: expect.stringMatching(/^\d{4}-.*Z$/) } : {};
  if (container.spec.namespace === 'zeppelin') {
    expect(index).toBe(`zepplin_-${day}`);
    expect(rest).toEqual({ stream: 'stdout', ...cri });
    return;
  }
  const { namespace, pod, container: name } = container.spec;
  expect(index).toBe(`feature_-${day}`);
  expect(String(tag)).toMatch(/^kubernetes\..*\.var\.log\.containers\.feature-job-/);
  if (format === 'docker') expect(message).toBe(log);
  expect(rest).toEqual({
    stream: 'stdout',
    ...cri,
    docker: {},
    kubernetes: {
      container_name: name,
      namespace_name: namespace,
      pod_name: pod,
      container_image: `registry.example/${name}:1.0`,
      pod_ip: '10.0.0.9',
      host: 'node-7',
      labels: { app: pod },
      namespace_labels: { team: 'features', 'kubernetes.io/metadata.name': namespace },
    },
    hostname: `node-7-${namespace}-${pod}`,
    program: name,
    severity: 'info',
    facility: 'local0',
  });
}
