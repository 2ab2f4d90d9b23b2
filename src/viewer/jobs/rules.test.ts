import { expect, it } from 'vitest';
import { Problems, problemText } from '../../config/problems.ts';
import { DEFAULT_RULES } from './default-rules.ts';
import { parseRules } from './rules.ts';

function placed(pod: string, labels: Record<string, unknown> = {}, text = DEFAULT_RULES, beside: string[] = []) {
  const problems = new Problems();
  const place = parseRules(text, 'rules.yaml', problems);
  expect(problems.list).toEqual([]);
  const found = place({ namespace: 'ml', pod, container: 'main', labels }, (job, role) =>
    beside.includes(`${job} ${role}`),
  );
  return found === undefined ? undefined : [found.job, found.role, found.attempt];
}

it('the default rules place Flink and Spark pods by their labels', () => {
  const flink = { type: 'flink-native-kubernetes', app: 'wordcount' };
  expect(placed('wordcount-6d4cf56db6-abcde', { ...flink, component: 'jobmanager' })).toEqual([
    'wordcount',
    'jobmanager',
    undefined,
  ]);
  expect(placed('wordcount-taskmanager-2-13', { ...flink, component: 'taskmanager' })).toEqual([
    'wordcount',
    'taskmanager',
    2,
  ]);
  expect(placed('pi-8a7f-exec-1', { 'spark-role': 'executor', 'spark-app-selector': 'spark-1f' })).toEqual([
    'spark-1f',
    'executor',
    undefined,
  ]);
  expect(
    placed('pi-8a7f-driver', { 'spark-role': 'driver', 'spark-app-name': 'pi', 'spark-app-selector': 'x' }),
  ).toEqual(['pi', 'driver', undefined]);
});

it('the default rules place pods without labels by their names, and leave others alone', () => {
  expect(placed('feature-x-driver')).toEqual(['feature-x', 'driver', undefined]);
  expect(placed('feature-x-taskmanager-1-2')).toEqual(['feature-x', 'taskmanager', 1]);
  expect(placed('feature-x-6d4cf56db6-x7k2p')).toEqual(['feature-x', 'jobmanager', undefined]);
  expect(placed('zeppelin-server-6d4cf56db6-x7k2p')).toBeUndefined();
  expect(placed('feature-x-driver', { app: { kubernetes: 'nested' } })).toEqual(['feature-x', 'driver', undefined]);
});

it('a pod that is named as those of any Deployment is a JobManager beside TaskManagers only', () => {
  const beside = ['wordcount taskmanager', 'pi-8a7f driver'];
  expect(placed('wordcount-6d4cf56db6-x7k2p')).toBeUndefined();
  expect(placed('wordcount-6d4cf56db6-x7k2p', {}, DEFAULT_RULES, beside)).toEqual([
    'wordcount',
    'jobmanager',
    undefined,
  ]);
  expect(placed('web-6d4cf56db6-x7k2p', {}, DEFAULT_RULES, beside)).toBeUndefined();
  expect(placed('pi-8a7f-exec-12', {}, DEFAULT_RULES, beside)).toEqual(['pi-8a7f', 'executor', undefined]);
  expect(placed('other-exec-1', {}, DEFAULT_RULES, beside)).toBeUndefined();
});

it('all mistakes of a rules file are told at once with their lines', () => {
  const problems = new Problems();
  parseRules(
    "rules:\n  - name: a\n    pod: '('\n    job: x\n    role: y\n  - job: z\n    colour: red\n  - 7\n",
    'r.yaml',
    problems,
  );
  expect(problems.list.map(problemText)).toEqual([
    "r.yaml:2: 'pod' is no regular expression: Invalid regular expression: /(/: Unterminated group",
    "r.yaml:7: 'colour' in a rule is not used",
    "r.yaml:6: a rule needs 'role'",
    "r.yaml:6: a rule needs 'labels', 'pod', 'namespace' or 'container'",
    'r.yaml:8: a rule must be a mapping',
  ]);
});

it('own rules give own roles', () => {
  const text =
    "rules:\n  - namespace: 'm?'\n    container: '*'\n    pod: '^(?<n>\\w+)-web$'\n    job: '{n}'\n    role: web\n";
  expect(placed('shop-web', {}, text)).toEqual(['shop', 'web', undefined]);
});
