/** The Kubernetes API of the miniature: pods and namespaces with list and watch over HTTP, as the metadata filter asks for them. */
import { KubernetesStub, type StubObject } from '../test/kubernetes/stub.ts';
import { NODE_NAME } from './job.ts';
import type { RunningPod } from './node.ts';

export class MiniatureCluster {
  readonly #api = new KubernetesStub();
  #pods = 0;

  get url(): string {
    return this.#api.url;
  }

  async start(): Promise<this> {
    await this.#api.up();
    this.#api.apply('namespaces', {
      metadata: { name: 'flink', uid: crypto.randomUUID(), labels: { team: 'features' } },
    });
    return this;
  }

  stop(): Promise<void> {
    return this.#api.down();
  }

  run(pod: RunningPod): void {
    this.#api.apply('pods', objectOf(pod, ++this.#pods));
  }

  terminate(pod: RunningPod): void {
    this.#api.delete('pods', objectOf(pod, 0));
  }
}

function objectOf({ plan, uid, containerId }: RunningPod, number: number): StubObject {
  const image = 'registry.example.com/flink:1.20';
  return {
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      uid,
      labels: { ...plan.labels },
      creationTimestamp: new Date().toISOString(),
    },
    spec: { nodeName: NODE_NAME },
    status: {
      podIP: `10.1.0.${number}`,
      containerStatuses: [
        { name: plan.container, image, imageID: `${image}@sha256:0`, containerID: `docker://${containerId}` },
      ],
    },
  };
}
