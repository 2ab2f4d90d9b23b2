/**
 * The way to the cluster as a Kubernetes Service is it: no connection is let through while no node is ready. (Without it the first bulk request
 * after a restart waits for its shards, longer than Fluentd's `request_timeout` of 5 s, is sent again, and is then indexed twice:
 * without `stable_ids` nothing can tell the two apart.)
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Service {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #isReady = true;

  private constructor(target: number) {
    this.#server = createServer((client) => {
      if (!this.#isReady) return client.destroy();
      const node = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [client, node],
        [node, client],
      ] as const) {
        this.#open.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#open.delete(from);
          to.destroy();
        });
      }
    });
  }

  static async start(target: number): Promise<Service> {
    const service = new Service(target);
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set ready(ready: boolean) {
    this.#isReady = ready;
    if (!ready) for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    this.ready = false;
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
