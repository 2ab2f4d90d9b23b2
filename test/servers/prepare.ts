// Fetches and builds every test server into the cache, so that tests start them in seconds:
//   node test/servers/prepare.ts [--quick] [elasticsearch] [kafka] [kube] [loki] [moto]
// --quick: only the three engines of `npm test`. What cannot be prepared is named; with CI=true that is a failure.
import { QUICK_ENGINES, serverAvailable } from './available.ts';
import { classPath } from './elasticsearch/classpath.ts';
import { ENGINE_VERSIONS } from './elasticsearch/engines.ts';
import { buildKafka } from './kafka.ts';
import { buildKube, isKubeBuilt } from './kube/build.ts';
import { buildLoki, isLokiBuilt } from './loki/build.ts';
import { buildMoto } from './moto.ts';

const args = process.argv.slice(2);
const kinds = args.filter((arg) => !arg.startsWith('-'));
const wants = (kind: string) => kinds.length === 0 || kinds.includes(kind);
const began = Date.now();

function say(what: string): void {
  process.stdout.write(`[${Math.round((Date.now() - began) / 1000)} s] ${what}\n`);
}

async function prepareElasticsearch(): Promise<void> {
  // One after the other: they share most of what Maven fetches, and its repository takes no parallel writers.
  for (const version of args.includes('--quick') ? QUICK_ENGINES : ENGINE_VERSIONS) {
    if (!serverAvailable('elasticsearch', version)) continue;
    await classPath(version);
    say(`elasticsearch ${version} is ready`);
  }
}

async function prepareKafka(): Promise<void> {
  if (!serverAvailable('kafka')) return;
  await buildKafka();
  say('Kafka is ready');
}

/** One after the other: Maven's repository takes no parallel writers. */
async function prepareJava(): Promise<void> {
  if (wants('elasticsearch')) await prepareElasticsearch();
  if (wants('kafka')) await prepareKafka();
}

async function prepareKube(): Promise<void> {
  if (!serverAvailable('kube')) return;
  if (!isKubeBuilt()) say('kube-apiserver: building it (8 minutes on two cores, once)');
  let packages = 0;
  await buildKube(() => {
    packages++;
    if (packages % 200 === 0) say(`kube-apiserver: ${packages} of about 1900 packages`);
  });
  say('kube-apiserver is ready');
}

async function prepareLoki(): Promise<void> {
  if (!serverAvailable('loki')) return;
  if (!isLokiBuilt()) say('Loki: building it (5 minutes on two cores, once)');
  await buildLoki();
  say('Loki is ready');
}

async function prepareMoto(): Promise<void> {
  if (!serverAvailable('moto')) return;
  await buildMoto();
  say('moto is ready');
}

/** One after the other: each takes every core. */
async function prepareGo(): Promise<void> {
  if (wants('kube')) await prepareKube();
  if (wants('loki')) await prepareLoki();
}

const work = [prepareJava(), ...(wants('moto') ? [prepareMoto()] : []), prepareGo()];
for (const result of await Promise.allSettled(work)) {
  if (result.status === 'fulfilled') continue;
  process.exitCode = 1;
  say(String(result.reason instanceof Error ? result.reason.message : result.reason));
}
